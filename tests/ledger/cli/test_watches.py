"""Watches on the command line."""

from pathlib import Path

import pytest

from ledger.facts import Role
from tests.ledger.cli.conftest import Desk, Said
from tests.receiver import Receiver

pytestmark = pytest.mark.chain


def add(desk: Desk, *words: str, hosts: str = "127.0.0.1") -> Said:
    """Add a watch for an issuing authority of VN."""
    authority = desk.founded.office("VN", Role.ISSUING).authority
    return desk.asal("watch", "add", str(authority), *words, settings={"ASAL_WEBHOOK_HOSTS": hosts})


def test_a_watch_is_kept_from_its_beginning_to_its_end(desk: Desk, tmp_path: Path) -> None:
    """Made with a secret that is shown once, listed, tried, given another secret, and removed."""
    codes = tmp_path / "codes.txt"
    codes.write_text("MYAEO1\n\nmy aeo 2\n", encoding="utf-8")
    with Receiver() as receiver:
        made = add(desk, "--url", receiver.url(), "--operators-from", str(codes), "--member", "TH")
        assert made.code == 0, made.talk
        watch, secret = made.json["id"], made.json.pop("secret")
        assert (made.json["operators"], made.json["hosts"]) == (["MYAEO1", "MYAEO2"], ["VN"])
        assert secret.startswith("whsec_")
        assert [one["id"] for one in desk.asal("watch", "list").json] == [watch]
        assert secret not in desk.asal("watch", "list").out
        assert desk.asal("watch", "rotate", watch).json["secret"] != secret
        queued = desk.asal("watch", "test", watch).json
        assert (queued["type"], queued["state"]) == ("watch.test", "pending")
        assert desk.asal("watch", "deliveries", watch).json == [queued]
        again = desk.asal("watch", "redeliver", watch, str(queued["id"])).json
        assert again["event"] == queued["event"]
        assert desk.asal("watch", "resume", watch).code == 0
        assert desk.asal("watch", "remove", watch).code == 0
    assert desk.asal("watch", "list").json == []
    assert desk.asal("watch", "remove", watch).code == 2


def test_an_address_of_our_network_is_refused_unless_it_is_named(desk: Desk) -> None:
    """By the rule that the API has."""
    for url in ("http://127.0.0.1:9000/", "https://10.0.0.1/", "https://[::1]/"):
        assert add(desk, "--url", url, "--everything", hosts="").code == 3


def test_what_is_not_on_the_ledger_is_refused(desk: Desk) -> None:
    """A member that there is not, nothing to watch, and an authority that there is not."""
    assert add(desk, "--url", "http://127.0.0.1:9000/", "--member", "ZZ").code == 3
    assert add(desk, "--url", "http://127.0.0.1:9000/").code == 3
    assert desk.asal("watch", "add", "999", "--url", "https://customs.example/", "--everything").code == 2
    assert desk.asal("watch", "test", "watch_none").code == 2
