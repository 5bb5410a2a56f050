"""The pages for people: templates, one stylesheet, and how answers of the ledger become words on them.

Rules of verdicts stay in `ledger.verdict`; a page only presents.  Every page works without JavaScript and
without cookies, and takes nothing from elsewhere.
"""
