"""The shapes of watches and their deliveries in requests and answers."""

from typing import Annotated, Any, Self

from pydantic import Field

from api.schemas import Id, MemberCode, Moment, Schema, hexed
from ledger.delivering import written
from ledger.keeping_watch import Wish
from ledger.outgoing import LONGEST_URL
from ledger.watch_port import MOST_CERTIFICATES, MOST_OPERATORS, Delivery, Watch

_MOST_MEMBERS = 40
_Operator = Annotated[str, Field(min_length=1, max_length=60, examples=["MYAEO2020A"])]
_Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_URL,
        description="Where messages are sent: https, a public address, port 443 or from 1024 on.",
        examples=["https://customs.example/hooks/aeo"],
    ),
]


class WatchWish(Schema):
    """Which operators and certificates are watched, and where changes are told."""

    url: _Url
    label: Annotated[str, Field(max_length=80, examples=["Laem Chabang gate"])] = ""
    operators: Annotated[tuple[_Operator, ...], Field(max_length=MOST_OPERATORS)] = ()
    members: Annotated[
        tuple[MemberCode, ...],
        Field(max_length=_MOST_MEMBERS, description="Whose operators are all watched."),
    ] = ()
    everything: bool = Field(default=False, description="Watch all operators of all members.")
    hosts: Annotated[
        tuple[MemberCode, ...],
        Field(
            max_length=_MOST_MEMBERS, description="Whose recognition matters; your own member unless told."
        ),
    ] = ()
    certificates: bool = Field(
        default=False,
        description="Watch all that happens to certificates and exporters and concerns your own member.",
    )
    certificate_ids: Annotated[
        tuple[Id, ...],
        Field(max_length=MOST_CERTIFICATES, description="Watch these certificates alone, by id."),
    ] = ()

    def to_domain(self) -> Wish:
        """Return what is wanted."""
        return Wish(**{name: getattr(self, name) for name in type(self).model_fields})


class WatchOut(Schema):
    """A watch, without its secret."""

    id: str = Field(examples=["watch_0f8fad5bd9cb469f"])
    url: str
    label: str
    operators: list[str]
    members: list[MemberCode]
    everything: bool
    hosts: list[MemberCode]
    certificates: bool | None = Field(
        None, description="True when all certificates that concern the member are watched."
    )
    certificate_ids: list[Id] | None = Field(None, description="Those watched by id, if any.")
    created_at: Moment
    secret_overlaps_until: Moment | None = Field(
        None, description="Until when messages are signed by the secret before as well."
    )
    last_success: Moment | None = Field(None, description="When the receiver last took a message.")
    failing: bool = Field(description="Whether the last attempt failed.")
    disabled_at: Moment | None = None
    disabled_why: str | None = None

    @classmethod
    def from_domain(cls, watch: Watch, **more: object) -> Self:
        """Show a watch."""
        interest = watch.interest
        fields: dict[str, Any] = {
            "id": watch.id,
            "url": watch.url,
            "label": watch.label,
            "operators": sorted(interest.operators),
            "members": sorted(interest.members),
            "everything": interest.everything,
            "hosts": sorted(interest.hosts or {watch.member}),
            "certificates": interest.all_certificates or None,
            "certificate_ids": sorted(map(hexed, interest.certificates)) or None,
            "created_at": watch.created_at,
            "secret_overlaps_until": watch.secrets.previous_until,
            "last_success": watch.last_success,
            "failing": watch.failing,
            "disabled_at": watch.disabled_at,
            "disabled_why": watch.disabled_why,
        }
        fields.update(more)
        return cls(**fields)


class NewWatch(WatchOut):
    """A watch with its secret, which is shown this once."""

    secret: str = Field(description="What messages are signed with; keep it now.", examples=["whsec_…"])

    @classmethod
    def made(cls, watch: Watch) -> Self:
        """Show a watch with its secret."""
        return cls.from_domain(watch, secret=written(watch.secrets.current))


class WatchList(Schema):
    """An authority's watches, oldest first."""

    watches: list[WatchOut]


class DeliveryOut(Schema):
    """A message to a receiver, and what came of it."""

    id: int
    event: str = Field(description="The `webhook-id`; the same for every attempt.", examples=["evt_5a…"])
    type: str = Field(examples=["operator.status.changed"])
    subject: str = Field(description="What it is about, such as the code of an operator.")
    state: str = Field(description="pending, delivered or failed.")
    created_at: Moment
    attempts: int
    next_at: Moment | None = None
    last_at: Moment | None = None
    last_status: int | None = Field(None, description="HTTP status of the last answer, if there was one.")
    last_error: str | None = None
    delivered_at: Moment | None = None

    @classmethod
    def from_domain(cls, delivery: Delivery) -> Self:
        """Show a delivery."""
        same = set(cls.model_fields) - {"id", "type", "state"}
        fields: dict[str, Any] = {name: getattr(delivery, name) for name in same}
        return cls(id=delivery.position, type=delivery.type.value, state=delivery.state.value, **fields)


class DeliveryList(Schema):
    """A page of deliveries, newest first."""

    deliveries: list[DeliveryOut]
