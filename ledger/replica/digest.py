"""One hash over all that a replica holds, to compare replicas with."""

import json
from dataclasses import fields
from hashlib import sha256

from ledger.events import Occurrence
from ledger.replica_port import Replica


def digest_of(replica: Replica) -> bytes:
    """Return the SHA-256 of all events in order, one line of JSON each.

    It is the same on every machine and in every database for the same newest block of the same chain.
    """
    digest = sha256()
    for one in replica.occurrences():
        digest.update(f"{line_of(one)}\n".encode())
    return digest.digest()


def line_of(one: Occurrence) -> str:
    """Return an event with its place as one line."""
    values = (getattr(one.event, field.name) for field in fields(one.event))
    told = [value.hex() if isinstance(value, bytes) else value for value in values]
    return json.dumps([one.block, one.position, one.at, type(one.event).__name__, *told], ensure_ascii=False)
