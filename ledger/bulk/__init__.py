"""Issuing many certificates in one run, in constant memory: steps on top of `ledger.issuing`.

Rows are read as a stream (`reading`), checked and drawn up in processes of their own (`rows`, `worker`,
`drawers`), accepted batch by batch (`accepting`), anchored by a thread beside (`following`), and told in
their order as the chain holds them (`running`).  A row is found again by its reference, so the same run
repeated goes on where the last one ended.
"""
