"""The ledger on an Ethereum chain: the only room that imports web3 and eth_account.

Calls, events and custom errors are encoded and decoded from the ABI of the committed artefacts; what goes
in and out are the plain values of `ledger.facts`.  Nothing here depends on the engine of the nodes: what
differs between networks is in their `ChainProfile`.
"""
