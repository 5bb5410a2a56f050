"""Writes the golden and tampered vectors anew: python -m tests.vectors.make; --check only compares.

Everything is derived from the certificates in `tests/vectors/certificates/` and from fixed seeds, so the
same code gives the same bytes.  A second implementation reads the same files; what they mean is written in
`docs/reference/envelope.md` and `docs/reference/verdicts.md`.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.vectors import made_envelopes, made_merkle, made_recognition, made_rules, made_terms, made_twins

HERE = Path(__file__).resolve().parent


def wanted() -> Iterator[tuple[Path, str]]:
    """Yield each file and what belongs in it."""
    yield HERE / "terms/terms.json", _json(made_terms.vectors())
    yield HERE / "merkle/merkle.json", _json(made_merkle.vectors())
    for name, case in made_recognition.vectors().items():
        yield HERE / f"recognition/{name}.json", _json(case)
    for name, case in made_rules.vectors().items():
        yield HERE / f"rules/{name}.json", _json(case)
    for name, case in {**made_envelopes.cases(), **made_twins.cases()}.items():
        yield HERE / f"envelopes/{name}.json", _json(case)


def stale() -> list[str]:
    """Return the files that are missing, differ or are left over, as sentences."""
    files = dict(wanted())
    found = {
        path
        for folder in ("terms", "merkle", "envelopes", "recognition", "rules")
        for path in (HERE / folder).glob("*.json")
    }
    differing = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    return [f"{path.relative_to(HERE)} is not what the code makes" for path in differing] + [
        f"{path.relative_to(HERE)} is left over" for path in sorted(found - set(files))
    ]


def main() -> None:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.make", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 when a file is stale")
    if parser.parse_args().check:
        problems = stale()
        print("\n".join(problems) or "vectors are fresh")  # noqa: T201 - a command
        sys.exit(1 if problems else 0)
    for path, text in wanted():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    main()
