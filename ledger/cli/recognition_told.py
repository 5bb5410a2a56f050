"""How answers about recognition are shown: to people, and as the JSON that programs read."""

import sys
from collections.abc import Mapping

from ledger.aeo.told import NAME_NOTES, Told
from ledger.aeo.words import direction_word, role_code
from ledger.cli.output import page
from ledger.codes.members import called, name_of
from ledger.partner_lists import Line, csv_of
from ledger.proving import Checked
from ledger.said import day, moment


def report(told: Told) -> Mapping[str, object]:
    """Return an answer as the JSON that programs read; the same names as over HTTP."""
    question = told.question
    return {
        "operator": told.operator,
        "name": told.name,
        "nameNote": NAME_NOTES[told.name_note] if told.name_note else None,
        "member": {"code": told.operator[:2], "name": name_of(told.operator[:2])},
        "host": {"code": question.host, "name": name_of(question.host)},
        "role": role_code(question.role),
        "direction": direction_word(question.direction),
        "at": question.at,
        "knownAt": question.known,
        "recognised": told.recognised,
        "reason": told.code,
        "sentence": told.sentence,
        "nextStep": told.next_step,
        "status": told.status,
        "programme": {"code": told.programme.code, "name": told.programme.name, "level": told.level}
        if told.programme
        else None,
        "validUntil": told.valid_until,
        "arrangement": {"code": told.arrangement.code, "title": told.arrangement.title}
        if told.arrangement
        else None,
        "effectiveFrom": told.effective_from,
        "recordedAt": told.recorded_at,
        "asOf": told.as_of,
        "final": told.final,
    }


def row_report(line: Line) -> Mapping[str, object]:
    """Return what is said of a row of a list."""
    bare = {"line": line.row.line, "given": line.row.given.get("operator", "")}
    if line.told is not None:
        return {**bare, "answer": report(line.told)}
    return {**bare, "error": {"rule": line.rule, "detail": line.message, "candidates": line.candidates}}


def write_csv(lines: list[Line]) -> None:
    """Write a list to standard output."""
    for text in csv_of(lines):
        sys.stdout.write(text)


def show(told: Told) -> None:
    """Say an answer."""
    colour = "green" if told.recognised else "red"
    page.print("RECOGNISED" if told.recognised else "NOT RECOGNISED", style=f"bold {colour}")
    page.print(f"  {told.operator}  {named(told)}", markup=False)
    page.print(f"  {told.sentence}", markup=False)
    if told.status and told.programme:
        until = f", valid until {day(told.valid_until)}" if told.valid_until else ""
        page.print(f"  {told.status} in {told.programme.code}, level {told.level}{until}", markup=False)
    if told.effective_from and told.recorded_at:
        since, recorded = moment(told.effective_from), moment(told.recorded_at)
        page.print(f"  In effect since {since}, recorded {recorded}", markup=False)
    if told.arrangement:
        page.print(f"  By {told.arrangement.code}: {told.arrangement.title}", markup=False)
    final = "" if told.final else ", not final yet"
    page.print(f"  As of block {told.as_of.block}, {moment(told.as_of.time)}{final}", markup=False)
    page.print(f"  Next: {told.next_step}", markup=False)


def named(told: Told) -> str:
    """Return the name beside a code, or why there is none."""
    return told.name or (f"({NAME_NOTES[told.name_note]})" if told.name_note else "")


def yes(told: Told) -> str:
    """Return yes or no."""
    return "yes" if told.recognised else "no"


def proof_report(found: Checked) -> Mapping[str, object]:
    """Return what came of looking at a proof."""
    message, seal, signer = found.proof.typed["message"], found.proof.seal, found.signer
    return {
        "code": found.code,
        "sentence": found.sentence,
        "exitCode": found.exit_code,
        "signer": {
            "account": seal.account,
            "authority": signer.id,
            "member": signer.member,
            "name": signer.name,
        }
        if signer
        else None,
        "said": {name: message[name] for name in ("question", "answer", "asOf")},
        "nameConfirmed": found.name_confirmed,
        "then": report(found.then) if found.then else None,
        "today": report(found.today) if found.today else None,
    }


def show_proof(found: Checked) -> None:
    """Say what a proof is worth."""
    proof = found.proof
    page.print(found.code.value, style=f"bold {'red' if found.exit_code else 'green'}")
    page.print(f"  {found.sentence}", markup=False)
    if found.signer:
        signer = f"{found.signer.name}, {called(found.signer.member)}"
        page.print(f"  Signed by {signer}, as of block {proof.block}, {moment(proof.time)}", markup=False)
        said = "recognised" if proof.answer["recognised"] else f"not recognised ({proof.answer['reason']})"
        named = f" {proof.answer['name']}" if proof.answer["name"] else ""
        page.print(f"  It says: {proof.question.operator}{named} is {said}", markup=False)
    if found.today:
        page.print(f"  Today: {found.today.sentence}", markup=False)
