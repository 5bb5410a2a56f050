"""How officers come to their desks: with an identity provider, or as a role of a demonstration."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.errors import Refused

if TYPE_CHECKING:
    from api.desks.provider import Provider

DEMO_ISSUER: Final = "asal-demo"
"""The issuer of officers whom anybody may be, with one click; never that of an identity provider."""


@dataclass(frozen=True, slots=True)
class Portal:
    """What the app needs to let officers in; without any of it only visitors come."""

    public_url: str = ""
    """The address under which people reach this service."""
    provider: "Provider | None" = None
    """Where officers log in; needs the address above, to which it leads back."""
    demo_roles: bool = False
    """Whether anybody may be an officer of `DEMO_ISSUER`: for demonstrations on a test chain only."""


class DemoRolesRefused(Refused):
    """Anybody could have become an officer where that could do harm."""

    def __str__(self) -> str:
        return (
            "ASAL_DEMO_ROLES lets anybody be an officer; it works only with ASAL_DEVELOPMENT_KEYS on a "
            "loopback node with the development chain id"
        )


def see_allowed(portal: Portal, *, test_chain: bool) -> None:
    """Raise `DemoRolesRefused` where roles for anybody are asked for anywhere but on a test chain."""
    if portal.demo_roles and not test_chain:
        raise DemoRolesRefused


VISITORS: Final = Portal()
"""No way to log in."""
