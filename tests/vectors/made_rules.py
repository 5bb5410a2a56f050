"""Rule sets as they are published, each with the hash it is known by: a change of a rule shows here."""

from typing import Any

from ledger import rules


def vectors() -> dict[str, dict[str, Any]]:
    """Return the content of each file by its name: scheme and first day."""
    return {f"{one.scheme.code.lower()}-{one.rule_set.since}": _content(one) for one in rules.all_published()}


def _content(one: rules.Published) -> dict[str, Any]:
    return {
        "hash": f"0x{one.hash.hex()}",
        "hashed": "keccak-256 of the canonical JSON (RFC 8785) of document",
        "document": one.document,
    }
