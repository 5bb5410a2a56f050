"""Code lists that certificates use: countries, currencies, places, units, packages, tariff headings.

A format that is wrong makes a certificate malformed; a code that is merely unknown here is a warning of the
rule set, because these lists are extracts and the real ones grow (`docs/reference/codes.md`).
"""
