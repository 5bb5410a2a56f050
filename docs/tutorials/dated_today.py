# ruff: noqa: INP001 - a script of the tutorial, no package
"""Print a certificate document as if it were drawn up today: `dated_today.py certificate.json`."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger.rules.calendar import last_valid_day

today = datetime.now(UTC).date()
document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
document["issuedOn"] = document["certification"]["date"] = document["declaration"]["date"] = str(today)
document["validUntil"] = str(last_valid_day(today))
document["transport"]["departureDate"] = str(today + timedelta(days=2))
sys.stdout.write(f"{json.dumps(document, ensure_ascii=False, indent=2)}\n")
