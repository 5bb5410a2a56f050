"""The routes: each parses, calls one step of the ledger, and shapes the answer."""
