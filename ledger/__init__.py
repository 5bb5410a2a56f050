"""Asal: a permissioned ledger for the certificates of origin and authorised operators of ASEAN.

The rules live in this folder; the outside lives at its edge: `chain/` is the only room that knows
web3, `archive/` the only one that knows SQL, `cli/` the only one that talks to a terminal.
"""
