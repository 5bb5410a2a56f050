"""What an API key may be used for.  Apart from the archive that keeps the keys, whose room loads SQL."""

from enum import StrEnum


class Scope(StrEnum):
    """What an API key may be used for."""

    READ = "read"
    """Fetch certificates one is party to."""
    ISSUE = "issue"
    """Issue, cancel and replace certificates."""
    AEO = "aeo"
    """Certify operators, and say what the member recognises."""
    DECIDE = "decide"
    """Receive proofs at import, decide on goods lines, ask for verification."""
    EXPORTERS = "exporters"
    """Authorise certified exporters."""
    WATCH = "watch"
    """Be told when the status of an operator changes, and what becomes of certificates."""
    ADMIN = "admin"
    """Make, list and revoke the authority's API keys."""
