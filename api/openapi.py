"""The description of the API: every operation with its examples and every problem it answers with."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import MEDIA_TYPE
from api.exporter_schemas import ExporterRecordOut
from api.problems import PROBLEMS, ProblemType
from api.recognition_schemas import PartnerList
from api.schemas import ELSEWHERE
from ledger.documents import CertificateDocument

AUTHENTICATED: Final = (
    "unauthenticated",
    "scope-missing",
    "authority-withdrawn",
    "invalid-request",
    "chain-unreachable",
    "archive-unavailable",
)
_BODY: Final = (
    "malformed-json",
    "unsafe-json",
    "invalid-request",
    "payload-too-large",
    "unsupported-media-type",
)
_CHAIN: Final = (
    "not-authorised",
    "key-not-held",
    "chain-unreachable",
    "submitter-stopped",
    "archive-unavailable",
)
_GROUPS: Final = {"body": _BODY, "chain": _CHAIN}

Responses = dict[int | str, dict[str, Any]]


def problems(*codes: str) -> Responses:
    """Return the responses of an operation with these problems; `body` and `chain` name groups of them."""
    named = [inner for code in codes for inner in _GROUPS.get(code, (code,))]
    responses: Responses = {}
    for code in dict.fromkeys((*named, "internal")):
        problem = PROBLEMS[code]
        response = responses.setdefault(problem.status, _response())
        response["content"][MEDIA_TYPE]["examples"][code] = {"value": _example(problem)}
        titles = [PROBLEMS[key].title for key in response["content"][MEDIA_TYPE]["examples"]]
        response["description"] = "; ".join(titles)
    return responses


def _response() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "", "content": {MEDIA_TYPE: {"schema": schema, "examples": {}}}}


def _example(problem: ProblemType) -> dict[str, object]:
    return {
        "type": problem.uri,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.advice,
        "request_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
    }


_CONTRACT: Final = (
    "certificate-already-issued",
    "reference-already-used",
    "not-your-member",
    "importing-member-invalid",
    "validity-invalid",
    "post-dated",
    "already-expired",
    "parent-unknown",
    "parent-not-live",
    "parent-not-addressed-here",
    "parent-expires-earlier",
    "parent-issuer-compromised",
)
ISSUING: Final = problems(
    *AUTHENTICATED,
    "body",
    "chain",
    "idempotency-key-missing",
    "idempotency-in-flight",
    "idempotency-key-reused",
    "certificate-malformed",
    "certificate-refused",
    "reference-already-filed",
    *_CONTRACT,
)
"""What issuing and replacing answer with."""

_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "description": "A problem document (RFC 9457). `type` is stable; `detail` says what to do.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "The places concerned, by JSON Pointer (RFC 6901) into the body, or by parameter.",
            "items": {
                "type": "object",
                "required": ["rule", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "rule": {"type": "string"},
                    "severity": {"type": "string"},
                    "detail": {"type": "string"},
                    "source": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "required": True,  # the app answers with a problem of its own when it is missing
    "schema": {
        "type": "string",
        "pattern": "^[!-~]{1,255}$",
        "examples": ["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    },
}
_HASH: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_ENVELOPE_SCHEMA: Final = {
    "type": "object",
    "description": "An OpenAttestation v2 envelope around a certificate; see docs/reference/envelope.md.",
    "required": ["version", "data", "signature"],
    "properties": {
        "version": {"type": "string", "const": "https://schema.openattestation.com/2.0/schema.json"},
        "data": {
            "type": "object",
            "description": "The salted fields of the certificate, its issuer and its ledger.",
            "required": ["issuers", "network", "terms"],
            "properties": {"issuers": {"type": "array", "minItems": 1, "maxItems": 1}},
        },
        "signature": {
            "type": "object",
            "required": ["type", "targetHash", "proof", "merkleRoot"],
            "properties": {
                "type": {"type": "string", "const": "SHA3MerkleProof"},
                "targetHash": _HASH,
                "proof": {"type": "array", "items": _HASH},
                "merkleRoot": _HASH,
            },
        },
        "privacy": {"type": "object", "properties": {"obfuscatedData": {"type": "array", "items": _HASH}}},
        "fingerprints": {"type": "string", "description": "The issued field hashes, base64."},
    },
}
_PROOF_SCHEMA: Final = {
    "type": "object",
    "description": "A signed answer; `typedData` is what `eth_signTypedData_v4` takes (EIP-712).",
    "required": ["schema", "typedData", "signature"],
    "properties": {
        "schema": {"type": "string", "const": "asal-recognition-proof-1"},
        "typedData": {
            "type": "object",
            "required": ["types", "primaryType", "domain", "message"],
        },
        "signature": {"type": "string", "pattern": "^0x[0-9a-f]{130}$"},
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the app, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    certificate = CertificateDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= certificate.pop("$defs", {})
    schemas |= {"CertificateDocument": certificate, "Envelope": _ENVELOPE_SCHEMA, "Problem": _PROBLEM_SCHEMA}
    for model in (PartnerList, ExporterRecordOut):
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= described.pop("$defs", {})
        schemas[model.__name__] = described
    schemas["RecognitionProof"] = _PROOF_SCHEMA
    for operations in document["paths"].values():
        for operation in operations.values():
            _corrected(operation["responses"])
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "idempotency-key":
                    parameter.update(_IDEMPOTENCY_KEY)
    app.openapi_schema = _resolved(document)
    return app.openapi_schema


def _resolved(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a copy in which each mark of a shape described elsewhere is a reference to it."""
    if isinstance(value, dict):
        if ELSEWHERE in value:
            return {"$ref": f"#/components/schemas/{value[ELSEWHERE]}"}
        return {key: _resolved(inner) for key, inner in value.items()}
    return [_resolved(inner) for inner in value] if isinstance(value, list) else value


def _corrected(responses: dict[str, Any]) -> None:
    """Take out the framework's own description of refused input, which we never answer with."""
    refused = responses.get("422", {}).get("content", {})
    refused.pop("application/json", None)
    if "422" in responses and not refused:
        responses["422"] = problems("invalid-request")[422]
