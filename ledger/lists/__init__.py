"""Loading a member's own list of operators, as it is kept in a spreadsheet: steps for many at once.

A file is read row by row (`csv_table`, `xlsx_table`), its columns are understood by a map (`mapping`,
`values`), each row becomes what the list says of one operator (`wanted`), the ledger is compared with it
(`planning`), and what differs is recorded batch by batch (`carrying`).  Nothing is recorded while a row of
the file is in doubt, and the same file again changes nothing.
"""
