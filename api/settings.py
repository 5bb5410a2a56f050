"""What the environment says; nothing else in the project reads it.

Every variable begins with `ASAL_`; `docs/reference/api.md` lists them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import AfterValidator, Field, FilePath, PositiveFloat, PositiveInt, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.portal import Portal
from api.services import MEBIBYTE, Limits
from ledger import opening
from ledger.chain.profile import is_loopback
from ledger.outgoing import Allowed, Sender
from ledger.rounds import Policy

if TYPE_CHECKING:
    from api.desks.provider import Provider


def _rate(text: str) -> str:
    """Return a rate that the limiter can read."""
    parse(text)
    return text


def _public(url: str) -> str:
    """Return an address to be reached under: with TLS, or on this machine; without a path."""
    parts = urlsplit(url)
    if url and (parts.path.strip("/") or parts.query or parts.fragment or not parts.hostname):
        raise ValueError("must be an address without a path, such as https://co.example")
    if url and parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise ValueError("must begin with https://, except on this machine")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    """Return the address of an identity provider: with TLS, or on this machine."""
    parts = urlsplit(url)
    if url and parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise ValueError("must begin with https://, except on this machine")
    return url


class Settings(BaseSettings):
    """Where the chain, the keys and the archive are, and the bounds on callers."""

    model_config = SettingsConfigDict(
        env_prefix="ASAL_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    profile: Path = Field(description="Chain profile in TOML.")
    archive: str = Field("sqlite:///asal.sqlite3", description="Database URL of the archive.")
    keys: Path | None = Field(
        None, description="Folder of encrypted key files; without it nothing is signed."
    )
    password_file: Path | None = Field(None, description="File with the password of the key files.")
    development_keys: bool = Field(default=False, description="Use the public keys of a local test chain.")
    signer: str | None = Field(None, description="Address of a signing service (Web3Signer, `eth1` mode).")
    signer_accounts: str = Field("", description="Its accounts to sign with, separated by commas.")
    signer_ca: Path | None = Field(None, description="Certificates (PEM) that its own must come from.")
    signer_certificate: Path | None = Field(None, description="Our certificate (PEM), if it asks for one.")
    signer_key: Path | None = Field(None, description="Private key (PEM) of our certificate.")
    signer_token_file: Path | None = Field(None, description="File with a bearer token to send to it.")
    signer_timeout: PositiveFloat = Field(10.0, description="Seconds it has for one answer.")
    body_bytes: PositiveInt = Field(MEBIBYTE, description="Largest request body.")
    bulk_rows: PositiveInt = Field(100_000, description="Most rows in a bulk request.")
    bulk_bytes: PositiveInt = Field(512 * MEBIBYTE, description="Largest body of a bulk request.")
    bulk_at_once: PositiveInt = Field(2, description="Bulk requests worked on at a time.")
    bulk_workers: PositiveInt | None = Field(None, description="Processes that draw up bulk rows.")
    bulk_pause: PositiveFloat = Field(30.0, description="Seconds that a bulk body may pause.")
    by_reference: Annotated[str, AfterValidator(_rate)] = Field(
        "30/minute", description="Verifications by reference per caller address."
    )
    recognition: Annotated[str, AfterValidator(_rate)] = Field(
        "60/minute", description="Questions about operators per caller address."
    )
    look_up: Annotated[str, AfterValidator(_rate)] = Field(
        "60/minute", description="Look-ups of certificates and approved exporters per authority."
    )
    recognition_lists: Annotated[str, AfterValidator(_rate)] = Field(
        "6/minute", description="Lists of partners per caller address."
    )
    recognition_proofs: Annotated[str, AfterValidator(_rate)] = Field(
        "600/minute", description="Proofs signed for all callers together."
    )
    clock_skew_seconds: PositiveInt = Field(120, description="Tolerated difference from the chain's clock.")
    block_seconds: PositiveInt | None = Field(None, description="Greatest pause between blocks, if regular.")
    wait: float = Field(10.0, ge=0, description="Seconds that an answer waits for the chain.")
    most_wait: PositiveInt = Field(60, description="The most seconds that a caller can ask to wait.")
    batch: int = Field(10_000, ge=2, le=2**20, description="The most certificates in one anchor.")
    under_way: PositiveInt = Field(4, description="The most transactions of a key that are not final yet.")
    waiting: PositiveInt = Field(100_000, description="Certificates that may wait for the chain.")
    bump_after: PositiveFloat = Field(120.0, description="Seconds until a transaction is offered for more.")
    stuck_seconds: PositiveInt = Field(300, description="How long a write may wait before it is an alarm.")
    silent_seconds: PositiveInt = Field(30, description="How long the chain may be silent before it is one.")
    metrics_port: int | None = Field(None, ge=0, le=65_535, description="Port for Prometheus, loopback only.")
    log: Literal["json", "console"] | None = Field(
        None, description="Form of the log; by default for people on a terminal, else JSON."
    )
    ledger_page: Literal["public", "officers"] = Field(
        "officers", description="Who sees the latest events and the figures on the page of the ledger."
    )
    replica: Literal["follow", "off"] = Field(
        "follow", description="Whether to keep the ledger's events in the archive and verify from these."
    )
    webhook_hosts: str = Field(
        "", description="Hosts (host or host:port) that watchers may name though private or without TLS."
    )
    webhook_ca: FilePath | None = Field(
        None, description="Certificates (PEM) that receivers' own may come from, beside the system's."
    )
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        "", description="Address under which people reach the service, such as `https://co.example`."
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        "", description="Identity provider that officers log in with, as its tokens name it."
    )
    oidc_client_id: str = Field("", description="What this service is called there.")
    oidc_client_secret_file: FilePath | None = Field(None, description="File with its secret there.")
    oidc_ca: FilePath | None = Field(
        None, description="Certificates (PEM) that the provider's own must come from."
    )
    logins: Annotated[str, AfterValidator(_rate)] = Field(
        "30/minute", description="Logins begun per caller address."
    )
    idle_minutes: PositiveInt = Field(30, description="Minutes that an officer's session may lie idle.")
    demo_roles: bool = Field(
        default=False, description="Let anybody be an officer of the demonstration; on a test chain only."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; TLS is the proxy's affair.")
    port: int = Field(8400, ge=0, le=65_535)

    @property
    def limits(self) -> Limits:
        """The bounds as the app takes them."""
        return Limits(
            body_bytes=self.body_bytes,
            by_reference=self.by_reference,
            recognition=self.recognition,
            look_up=self.look_up,
            recognition_lists=self.recognition_lists,
            recognition_proofs=self.recognition_proofs,
            logins=self.logins,
            idle_minutes=self.idle_minutes,
            bulk_rows=self.bulk_rows,
            bulk_bytes=self.bulk_bytes,
            bulk_at_once=self.bulk_at_once,
            bulk_workers=self.bulk_workers,
            bulk_pause=self.bulk_pause,
            wait=self.wait,
            most_wait=self.most_wait,
            clock_skew_seconds=self.clock_skew_seconds,
            block_seconds=self.block_seconds,
            stuck_seconds=self.stuck_seconds,
            silent_seconds=self.silent_seconds,
            ledger_page=self.ledger_page,
        )

    @property
    def portal(self) -> Portal:
        """How officers log in."""
        return Portal(self.public_url, self._provider, self.demo_roles)

    @property
    def _provider(self) -> "Provider | None":
        """The identity provider, where there is one; only then is what speaks with it loaded."""
        if self.oidc_client_secret_file is None:
            return None
        from api.desks.provider import Client, Provider  # noqa: PLC0415 - memory that others need not have

        secret = self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        return Provider(Client(self.oidc_issuer, self.oidc_client_id, secret, self.oidc_ca))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """See that what logging in needs is there together."""
        parts = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret_file)
        if any(parts) and not (all(parts) and self.public_url):
            raise ValueError(
                "ASAL_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET_FILE and ASAL_PUBLIC_URL go together"
            )
        return self

    @property
    def sender(self) -> Sender:
        """How messages to watchers are sent."""
        return Sender(Allowed.of(self.webhook_hosts), self.webhook_ca)

    @property
    def ledger(self) -> opening.Settings:
        """The part that says where everything is."""
        return opening.Settings(
            profile=self.profile,
            archive=self.archive,
            keys=self.keys,
            password_file=self.password_file,
            development_keys=self.development_keys,
            signer=self._signing_service,
            policy=Policy(
                batch=self.batch,
                under_way=self.under_way,
                waiting=self.waiting,
                bump_after=self.bump_after,
                clock_skew=self.clock_skew_seconds,
            ),
        )

    @property
    def _signing_service(self) -> opening.SigningService | None:
        """The part that says where keys are held outside this process."""
        if not self.signer:
            return None
        return opening.SigningService(
            url=self.signer,
            accounts=tuple(self.signer_accounts.replace(",", " ").split()),
            ca=self.signer_ca,
            certificate=self.signer_certificate,
            key=self.signer_key,
            token_file=self.signer_token_file,
            timeout=self.signer_timeout,
        )
