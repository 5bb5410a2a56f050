"""What a person sent with the form: a file or a question, read within bounds and never written to disk.

Nobody is logged in, so a forged request could do no more than ask; requests that another site makes a
browser send are refused all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.errors import ApiError
from api.pages.present import Trouble
from api.schemas import ReferenceQuestion
from ledger.said import said

_MOST_FIELDS = 8
_WANTED: Final = {
    "reference": said("Enter the reference number, at most 84 characters"),
    "exportingMember": said("Choose the exporting member"),
    "issuedOn": said("Enter the date of issue"),
    "issuingOffice": said("Enter at most 35 characters for the issuing office, or nothing"),
}
"""What is wanted at each control, in the order of the form."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, as it was sent."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """A reference to look up, as it was typed."""

    typed: Mapping[str, str]

    def read(self) -> ReferenceQuestion | tuple[Trouble, ...]:
        """Return the question, or what has to be put right, control by control."""
        given = {name: self.typed.get(name, "").strip() for name in _WANTED}
        try:
            return ReferenceQuestion.model_validate({name: text for name, text in given.items() if text})
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors()}
            return tuple(Trouble(name, wanted) for name, wanted in _WANTED.items() if name in wrong)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing that can be looked at, with the status to say so."""

    status: int
    trouble: Trouble
    headers: Mapping[str, str]


Submitted: TypeAlias = Upload | Question | Refusal


class InMemory(MultiPartParser):
    """Keeps what it reads in memory, which the limit on bodies bounds; zero means: never on disk."""

    spool_max_size = 0


async def submitted(request: Request) -> Submitted:
    """Read the form; whatever cannot be read is a refusal that the page explains."""
    if from_elsewhere(request):
        return _refused(403, said("Another site sent this request. Open this page itself and try again"))
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if media == "multipart/form-data":
            return await _upload(request)
        if media == "application/x-www-form-urlencoded":
            return _question(await request.body())
    except ApiError as error:  # the body is larger than the service takes
        large = Trouble("envelope", said("The file is too large for an envelope"))
        return Refusal(error.problem.status, large, error.headers)
    except (MultiPartException, ValueError):
        return _refused(422, said("The form could not be read. Fill it in again"))
    return _refused(415, said("The form was not sent as a form. Fill it in on this page"))


def _refused(status: int, message: str) -> Refusal:
    return Refusal(status, Trouble("envelope", message), {})


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site made it send this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def local(address: str) -> str:
    """Return an address if it is a path of this service, else that of the front page."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and address.isascii() and "\\" not in address else "/"


async def _upload(request: Request) -> Upload:
    parser = InMemory(request.headers, request.stream(), max_files=1, max_fields=_MOST_FIELDS)
    form = await parser.parse()
    try:
        file = form.get("envelope")
        return Upload(await file.read() if isinstance(file, UploadFile) else b"")
    finally:
        await form.close()


def _question(body: bytes) -> Question:
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    return Question(dict(pairs))
