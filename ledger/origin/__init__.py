"""What happens to a proof of origin after its issue: decisions at import, verification cases, exporters.

Everything here is pure: facts, their rules, and how a life is read from the events of the ledger.
"""
