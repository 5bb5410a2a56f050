"""Issuing one certificate after the other, from accepted to its entry on the chain."""

import json
from collections.abc import Mapping
from itertools import count

from _bench.asking import timed_asking
from _bench.figures import OURS, figure
from _bench.measure import Contestant, Lap
from _bench.samples import documents
from _bench.stand import Stand
from _bench.targets import Target
from ledger.documents import parse_document
from ledger.issuing import issue

TARGET = Target(p50=15, p99=50)
PATH = "/v1/certificates"


@figure("issue one, by the library", "certificates", TARGET)
def by_library(stand: Stand) -> Mapping[str, Contestant]:
    """Validate, rule, store, sign, send and see it recorded, in this process."""
    given, ledger = documents("L"), stand.opened.ledger
    authority, account = stand.founded.authority, stand.account

    def issue_next() -> None:
        certificate = parse_document(next(given))
        issue(certificate, authority=authority, account=account, ledger=ledger)

    return {OURS: lambda: timed_asking(issue_next, stand.effort.runs // 8)}


@figure("issue one, over the API", "certificates", TARGET)
def by_api(stand: Stand) -> Mapping[str, Contestant]:
    """Post documents from one connection that waits until the certificate is recorded."""
    given, laps = documents("A"), count(1)

    def post() -> Lap:
        times, path = stand.effort.runs // 8, stand.folder / f"issue-{next(laps)}.ndjson"
        lines = [json.dumps(next(given), ensure_ascii=False) for _ in range(times)]
        path.write_text("\n".join(lines), encoding="utf-8")
        return stand.load(PATH, path, count=times, token=stand.token, status=201)

    return {OURS: post}
