"""Addresses that lead to what the ledger says of a certificate: what the QR code on its paper holds."""

import base64
import binascii
import re
from typing import Final

from fastapi import Request

from api.services import Services

PATH: Final = "/q"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 bytes in the alphabet for addresses, without padding (RFC 4648, 5)."""


def certificate_link(base_url: str, certificate: bytes) -> str:
    """Return the address of a certificate, at a service whose address is given.

    It holds the id, which is a hash of 256 bits over content that nobody can guess: who can ask with it has
    seen the certificate, so no second particular is asked for.
    """
    return f"{base_url.rstrip('/')}{PATH}/{token_of(certificate)}"


def token_of(certificate: bytes) -> str:
    """Return an id of 32 bytes as it stands in an address."""
    return base64.urlsafe_b64encode(certificate).decode().rstrip("=")


def certificate_at(token: str) -> bytes | None:
    """Return the id in an address; None where it is none, or is written otherwise than `token_of` does."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        certificate = base64.urlsafe_b64decode(f"{token}=")
    except binascii.Error:
        return None
    return certificate if token_of(certificate) == token else None


def base_of(request: Request, services: Services) -> str:
    """Return the address under which the public finds this service."""
    return services.public_url or str(request.base_url)
