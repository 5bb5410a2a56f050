"""The description of the API says what the API does."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.problems import PROBLEMS
from ledger.documents import parse_document
from tests.api.desk import Desk


@pytest.fixture
def description(desk: Desk) -> dict[str, Any]:
    """Return the OpenAPI document as served."""
    document: dict[str, Any] = desk.ask("GET", "/openapi.json", by=None).json()
    return document


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every operation by its id."""
    found = [inner for methods in description["paths"].values() for inner in methods.values()]
    return {operation["operationId"]: operation for operation in found}


def test_every_operation_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    """Generated clients get readable methods."""
    names = list(operations(description))
    assert len(names) == sum(len(methods) for methods in description["paths"].values())
    assert all(re.fullmatch("[a-z]+[A-Za-z]+", name) for name in names)
    assert {"issueCertificate", "verifyEnvelope", "verifyReference", "cancelCertificate"} <= set(names)


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    """No `$ref` is left dangling, and no mark of ours is left over."""
    text = str(description)
    schemas = description["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= set(schemas)
    assert "x-described-as" not in text
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


def test_every_schema_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    """Two of one name would be called by their modules, and so would the classes of generated clients."""
    assert [name for name in description["components"]["schemas"] if "__" in name] == []


def test_every_error_is_a_problem_with_examples_that_exist(description: dict[str, Any]) -> None:
    """And every operation says that it may fail at all."""
    for name, operation in operations(description).items():
        failures = {status: inner for status, inner in operation["responses"].items() if status[0] in "45"}
        assert failures or name in {"isAlive", "listProblems"}
        for status, response in failures.items():
            assert list(response["content"]) == ["application/problem+json"], (name, status)
            for code, example in response["content"]["application/problem+json"]["examples"].items():
                assert (PROBLEMS[code].status, example["value"]["type"]) == (int(status), f"/problems/{code}")


def test_the_example_of_a_certificate_is_one(description: dict[str, Any]) -> None:
    """What a reader copies from the description is well-formed."""
    (example,) = description["components"]["schemas"]["CertificateDocument"]["examples"]
    parse_document(example)


def test_private_operations_say_that_they_need_a_key(description: dict[str, Any]) -> None:
    """And public ones do not."""
    secured = {name for name, operation in operations(description).items() if operation.get("security")}
    assert secured == {
        "issueCertificate",
        "issueInBulk",
        "listCertificates",
        "getCertificate",
        "getEnvelope",
        "getPaper",
        "cancelCertificate",
        "replaceCertificate",
        "listApiKeys",
        "makeApiKey",
        "revokeApiKey",
        "applyForOperator",
        "listOperators",
        "getOperator",
        "getOperatorRecord",
        "actOnOperator",
        "actOnExporter",
        "listExporters",
        "takeExporterRecord",
        "getExporter",
        "registerDeclaration",
        "lookUp",
        "lookUpExporter",
        "listWatches",
        "makeWatch",
        "getWatch",
        "changeWatch",
        "removeWatch",
        "rotateWatchSecret",
        "resumeWatch",
        "testWatch",
        "listDeliveries",
        "redeliver",
        "openCase",
        "decide",
        "listDecisions",
        "clarifyRefusal",
        "getSplitUse",
        "setSplitUse",
        "takeStatement",
        "getStatement",
        "listCases",
        "getCase",
        "stepInCase",
        "setSuspension",
        "concludeCase",
        "listDeadlines",
        "listEvents",
        "listUnreported",
        "listBenefits",
        "listStatusChanges",
        "reportLatency",
        "receiveCertificate",
        "getTimeline",
        "getTree",
        "getBalance",
        "certifyTrueCopy",
        "declareProgramme",
        "declareArrangement",
        "participate",
        "addRecognition",
        "endRecognition",
    }


def test_bodies_are_described_by_their_schema(description: dict[str, Any]) -> None:
    """The certificate document and the envelope, by reference."""
    bodies = {
        name: next(iter(operation["requestBody"]["content"].values()))["schema"]
        .get("$ref", "")
        .rpartition("/")[2]
        for name, operation in operations(description).items()
        if "requestBody" in operation
    }
    assert bodies == {
        "issueCertificate": "CertificateDocument",
        "issueInBulk": "CertificateDocument",
        "replaceCertificate": "CertificateDocument",
        "cancelCertificate": "Cancellation",
        "verifyEnvelope": "Envelope",
        "verifyReference": "ReferenceQuestion",
        "checkPartners": "PartnerList",
        "verifyRecognitionProof": "RecognitionProof",
        "applyForOperator": "ApplicationBody",
        "actOnOperator": "ActBody",
        "actOnExporter": "ExporterBody",
        "takeExporterRecord": "ExporterRecordOut",
        "registerDeclaration": "CertificateDocument",
        "makeApiKey": "ApiKeyWish",
        "makeWatch": "WatchWish",
        "changeWatch": "WatchWish",
        "openCase": "OpeningBody",
        "decide": "DecisionBody",
        "clarifyRefusal": "ClarificationBody",
        "setSplitUse": "SplitUseBody",
        "takeStatement": "StatementDocument",
        "stepInCase": "StepBody",
        "setSuspension": "SuspensionBody",
        "concludeCase": "ConclusionBody",
        "receiveCertificate": "Envelope",
        "certifyTrueCopy": "TrueCopyBody",
        "declareProgramme": "ProgrammeBody",
        "declareArrangement": "ArrangementBody",
        "participate": "ParticipationBody",
        "addRecognition": "RecognitionBody",
        "endRecognition": "EndBody",
    }


def test_every_operation_stands_in_the_reference(description: dict[str, Any]) -> None:
    """Whatever its parameters are called there."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    written = re.sub(r"\{[a-z]+\}", "{}", page)
    for path in description["paths"]:
        if path != "/problems/{code}":
            assert re.sub(r"\{[a-z_]+\}", "{}", path) in written, path
