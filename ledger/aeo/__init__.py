"""Authorised economic operators: codes, records, the life of an authorisation, and mutual recognition."""
