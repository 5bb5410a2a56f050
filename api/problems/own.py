"""Problems of the service itself: logins, requests, limits, and what is nowhere."""

from typing import Final

from api.problems.kind import ProblemType

OWN: Final = (
    ProblemType(
        "sent-from-elsewhere",
        403,
        "Another site sent this request",
        "Open the page of this service itself and send its form again.",
    ),
    ProblemType(
        "desk-not-yours",
        403,
        "This desk is not yours",
        "Log in as an officer of this desk, or have whoever runs the service enrol you for it.",
    ),
    ProblemType(
        "officer-unknown",
        403,
        "Nobody has enrolled you here",
        "Send what the page says of you to whoever runs this service: they enrol officers.",
    ),
    ProblemType(
        "login-over",
        403,
        "This login cannot go on",
        "Begin to log in again: this login was begun in another browser, took over ten minutes, or was used.",
    ),
    ProblemType(
        "login-refused",
        403,
        "The identity provider did not let you in",
        "Begin to log in again; if that fails too, ask whoever runs the identity provider.",
    ),
    ProblemType(
        "identity-not-proven",
        403,
        "Who you are is not proven",
        "Tell whoever runs this service: the ID token does not fit its issuer, client id, clock or keys.",
    ),
    ProblemType(
        "provider-unavailable",
        503,
        "The identity provider does not answer as it must",
        "Try again in a minute; verifying needs no login. If it lasts, tell whoever runs this service.",
    ),
    ProblemType(
        "malformed-json",
        400,
        "The body is not JSON",
        "Send one JSON value in UTF-8, nested at most 32 levels deep.",
    ),
    ProblemType(
        "idempotency-key-missing",
        400,
        "The Idempotency-Key header is missing or unusable",
        "Send an Idempotency-Key of 1 to 255 visible ASCII characters, a new one for each new request.",
    ),
    ProblemType(
        "unauthenticated",
        401,
        "No valid API key",
        "Send `Authorization: Bearer <API key>`, with a key of your authority that is not revoked.",
    ),
    ProblemType(
        "scope-missing",
        403,
        "The API key may not do this",
        "Use an API key with the scope that the operation needs.",
    ),
    ProblemType(
        "authority-withdrawn",
        403,
        "The authority is no longer on the ledger",
        "Ask your member's administrator: the authority of this API key was withdrawn.",
    ),
    ProblemType(
        "authority-role-missing",
        403,
        "The authority has not the role for this",
        "Use an API key of an authority with the role: AEO, competent, or for lists customs.",
    ),
    ProblemType("not-found", 404, "Nothing is at this address", "Check the path against /openapi.json."),
    ProblemType(
        "certificate-not-found",
        404,
        "No such certificate for you",
        "Check the id; only authorities of the exporting and the importing member see a certificate.",
    ),
    ProblemType(
        "certificate-pending",
        409,
        "The certificate is not on the chain yet",
        "Ask again after the seconds named in Retry-After; until then its envelope may still change.",
    ),
    ProblemType(
        "api-key-not-found", 404, "No such API key", "List your authority's keys with GET /v1/api-keys."
    ),
    ProblemType(
        "rule-set-not-found",
        404,
        "No rule set covers that day",
        "List the rule sets with GET /v1/rules; name a date of issue that one of them covers.",
    ),
    ProblemType(
        "true-copy-not-found",
        404,
        "No such certified true copy for you",
        "Give it out first (POST /v1/certificates/{id}/true-copies) and use the number in the answer.",
    ),
    ProblemType("member-not-found", 404, "No such member", "List the members with GET /v1/members."),
    ProblemType("authority-not-found", 404, "No such authority", "List them with GET /v1/authorities."),
    ProblemType(
        "method-not-allowed",
        405,
        "The address does not take this method",
        "Use one of the methods named in the Allow header.",
    ),
    ProblemType(
        "request-timeout",
        408,
        "The body did not arrive",
        "Send the body without long pauses; the rows that arrived are accepted, the same request goes on.",
    ),
    ProblemType(
        "idempotency-in-flight",
        409,
        "The same request is being carried out",
        "Repeat the request after the seconds named in Retry-After.",
    ),
    ProblemType(
        "payload-too-large",
        413,
        "The body is too large",
        "Send a smaller body; one request carries one document.",
    ),
    ProblemType(
        "unsupported-media-type",
        415,
        "The body is not sent as JSON",
        "Send `Content-Type: application/json`, for rows `application/x-ndjson`, without content encoding.",
    ),
    ProblemType(
        "unsafe-json",
        422,
        "The body is JSON that two readers may read differently",
        "Remove duplicate keys; write fractions and large numbers as strings.",
    ),
    ProblemType(
        "invalid-request", 422, "The request is not as documented", "Correct the places named in `errors`."
    ),
    ProblemType(
        "idempotency-key-reused",
        422,
        "The Idempotency-Key belongs to another request",
        "Use a new Idempotency-Key for a request that differs in address or body.",
    ),
    ProblemType(
        "account-not-yours",
        422,
        "The account does not write for your authority",
        "Name a live key of your authority; GET /v1/authorities/{id} lists them.",
    ),
    ProblemType(
        "too-many-streams",
        429,
        "The authority listens in as many streams as it may",
        "Close a stream, or ask for pages with `Accept: application/json`.",
    ),
    ProblemType(
        "rate-limited", 429, "Too many questions", "Wait for the seconds named in Retry-After, then go on."
    ),
    ProblemType(
        "internal",
        500,
        "The service failed",
        "Tell its operator the request_id; it names the entry in the log.",
    ),
    ProblemType(
        "not-ready",
        503,
        "The service is not ready",
        "See `checks` for the part that fails; ask again in a moment.",
    ),
)
