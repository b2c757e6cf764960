"""How the connector talks: custom fields, archived and deleted deals, writing, webhooks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from crmsync_pipedrive import Pipedrive
from crmsync_pipedrive.settings import PipedriveSettings
from fake_pipedrive import FIELD, TITLE, FakePipedrive

from crmsync.errors import BackendError, ConfigError, CredentialsError
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import Answer, Asked

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())
OPEN: list[Pipedrive] = []


@pytest.fixture
def fake() -> Iterator[FakePipedrive]:
    with FakePipedrive() as one:
        yield one.fill()
        while OPEN:
            OPEN.pop().close()


def opened(fake: FakePipedrive, folder: Path, **more: Any) -> Pipedrive:
    own = {**fake.settings(), **fake.secrets, "page_size": 50, "hook_password": "haken", **more}
    connection = Connection(name="crm", controller="haus", base=str(folder))
    OPEN.append(Pipedrive(PipedriveSettings.model_validate(own), connection))
    return OPEN[-1]


def pages(pipedrive: Pipedrive, name: str, window: Window) -> list[Page]:
    (stream,) = [one for one in pipedrive.streams() if one.name == name]
    return list(pipedrive.read(stream, window, None))


def edit(number: int, change: Any = "save", **fields: Any) -> Intent:
    return Intent(id=f"e{number}", key=f"k{number}", change=change, external_id=str(number),
                  fields=fields, whole=fields)  # fmt: skip


def new(**fields: Any) -> Intent:
    return Intent(id="neu", key="k-neu", fields=fields, whole=fields)


def data(fake: FakePipedrive, number: int) -> dict[str, Any]:
    row = fake.get("customers", number)
    assert row is not None
    return row.data


def test_a_users_token_goes_in_its_header(fake: FakePipedrive, tmp_path: Path) -> None:
    fake.tokens["t-geheim"] = None
    opened(fake, tmp_path, token="t-geheim").check()
    assert all("oauth" not in one.path for one in fake.requests)


def test_custom_fields_are_told_by_their_words(fake: FakePipedrive, tmp_path: Path) -> None:
    for name in ("Akad. Titel", TITLE):
        pipedrive = opened(fake, tmp_path, fields={"titles": name})
        rows = [row for page in pages(pipedrive, "customers", Window()) for row in page.records]
        told = {str(row["id"]): row["own"]["titles"] for row in rows}
        assert (told["3"], told["4"]) == ("Dr.", None)


def test_a_field_that_is_not_there(fake: FakePipedrive, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="loyalty_card"):
        opened(fake, tmp_path, fields={"loyalty_card": "Karte"}).check()


def test_archived_deals_stay_and_deleted_ones_go(fake: FakePipedrive, tmp_path: Path) -> None:
    fake.archived.add("503")
    fake.delete("orders", "504")
    found = pages(opened(fake, tmp_path), "orders", Window())
    there = {str(row["id"]) for page in found for row in page.records}
    assert there == {"501", "502", "503", "505"}
    assert [one for page in found for one in page.deleted] == ["504"]


def test_only_won_deals_are_asked_for_their_products(fake: FakePipedrive, tmp_path: Path) -> None:
    for number in range(501, 506):
        fake.change("orders", number, {"status": "open"})
    pages(opened(fake, tmp_path), "orders", Window())
    assert not [one for one in fake.requests if one.path.endswith("/products")]


def test_comparing_can_be_switched_off(fake: FakePipedrive, tmp_path: Path) -> None:
    kinds = {one.name: one.deletes for one in opened(fake, tmp_path, compare=False).streams()}
    assert (kinds["customers"], kinds["orders"]) == ("none", "tombstone")


def test_somebody_new_and_his_option(fake: FakePipedrive, tmp_path: Path) -> None:
    fields = {"family_name": "Aue", "given_name": "Käthe", "titles": "prof. dr.",
              "contacts.email": "kaethe.aue@example.org"}  # fmt: skip
    (result,) = opened(fake, tmp_path).write([new(**fields)])
    told = data(fake, int(str(result.external_id)))
    assert (told["first_name"], told["last_name"]) == ("Käthe", "Aue")
    assert told["custom_fields"] == {TITLE: FIELD["options"][1]["id"]}  # type: ignore[index]


@pytest.mark.parametrize("fields, field", [
    ({"titles": "Graf"}, "titles"), ({"addresses.home.city": "Köln"}, "addresses.home.city"),
    ({"contacts.email": "falsch"}, "contacts.email"),
])  # fmt: skip
def test_what_cannot_be_written_is_refused(
    fake: FakePipedrive, tmp_path: Path, fields: dict[str, Any], field: str
) -> None:
    (result,) = opened(fake, tmp_path).write([edit(3, **fields)])
    assert (result.outcome, result.field) == ("refused", field)


def test_what_else_is_in_a_list_stays(fake: FakePipedrive, tmp_path: Path) -> None:
    second = {"value": "alt@example.org", "primary": False, "label": "home"}
    fake.change("customers", 3, {"emails": [*data(fake, 3)["emails"], second]})
    told = {"contacts.email": "neu@example.org", "contacts.mobile": "0171 39200 10"}
    (result,) = opened(fake, tmp_path).write([edit(3, **told)])
    row = data(fake, 3)
    assert result.outcome == "done"
    assert [one["value"] for one in row["emails"]] == ["neu@example.org", "alt@example.org"]
    assert [one["label"] for one in row["phones"]] == ["work", "mobile"]
    (gone,) = opened(fake, tmp_path).write([edit(3, **{"contacts.email": None})])
    assert (gone.outcome, data(fake, 3)["emails"]) == ("done", [second])


def test_a_part_of_the_name_keeps_the_other(fake: FakePipedrive, tmp_path: Path) -> None:
    given = data(fake, 3)["first_name"]
    opened(fake, tmp_path).write([edit(3, family_name="Nüssgen")])
    assert (data(fake, 3)["first_name"], data(fake, 3)["last_name"]) == (given, "Nüssgen")


def consent(fake: FakePipedrive, number: int, **more: Any) -> Intent:
    told = {"channel": "email", "purpose": "marketing", "state": "granted", "evidence": "Karte 17",
            "at": "2026-11-01T10:00:00Z",
            "contact": data(fake, number)["emails"][0]["value"]}  # fmt: skip
    return edit(number, "consent", **{**told, **more})


def test_a_consent_with_evidence_where_nobody_objected(fake: FakePipedrive, tmp_path: Path) -> None:
    (result,) = opened(fake, tmp_path).write([consent(fake, 2)])
    assert (result.outcome, data(fake, 2)["marketing_status"]) == ("done", "subscribed")


@pytest.mark.parametrize("more, settings", [
    ({"evidence": None}, {}), ({"at": None}, {}), ({"channel": "phone"}, {}),
    ({"contact": "andere@example.org"}, {}), ({"state": "pending"}, {}),
    ({"state": "objected"}, {"campaigns": False}),
])  # fmt: skip
def test_consents_that_are_refused(
    fake: FakePipedrive, tmp_path: Path, more: dict[str, Any], settings: dict[str, Any]
) -> None:
    (result,) = opened(fake, tmp_path, **settings).write([consent(fake, 2, **more)])
    assert (result.outcome, data(fake, 2)["marketing_status"]) == ("refused", "no_consent")


def test_an_objection_whose_moment_nobody_knows_stands(fake: FakePipedrive, tmp_path: Path) -> None:
    fake.change("customers", 2, {"marketing_status": "unsubscribed"})
    (result,) = opened(fake, tmp_path).write([consent(fake, 2)])
    assert (result.outcome, data(fake, 2)["marketing_status"]) == ("refused", "unsubscribed")


def test_a_status_that_pipedrive_does_not_change_is_no_success(
    fake: FakePipedrive, tmp_path: Path
) -> None:
    fake.stubborn = True
    (result,) = opened(fake, tmp_path).write([consent(fake, 1, state="objected")])
    assert result.outcome == "refused"
    assert "only once" in result.reason


def test_a_success_that_is_none(fake: FakePipedrive, tmp_path: Path) -> None:
    told = {"success": False, "error": "Änne Geheim"}
    pipedrive = opened(fake, tmp_path)
    pipedrive.check()
    fake.misbehave(lambda _fake, _asked, _due: Answer(data=told), times=None)
    with pytest.raises(BackendError) as caught:
        pipedrive.check()
    assert "Geheim" not in str(caught.value)


def login(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def test_webhooks_are_heard(fake: FakePipedrive, tmp_path: Path) -> None:
    pipedrive = opened(fake, tmp_path)
    meta = {"action": "delete", "entity": "person", "entity_id": "17", "id": "abc"}
    body = json.dumps({"meta": meta, "data": None}).encode()
    (gone,) = pipedrive.hear(login("crmsync", "haken"), body, "https://h")
    assert (gone.stream, gone.external_id, gone.kind) == ("customers", "17", "deleted")
    meta = {"action": "change", "entity": "deal", "entity_id": "9", "id": "abd"}
    (changed,) = pipedrive.hear(
        login("crmsync", "haken"), json.dumps({"meta": meta}).encode(), "https://h"
    )
    assert (changed.stream, changed.kind) == ("orders", "changed")
    for headers in (login("crmsync", "falsch"), login("wer", "haken")):
        with pytest.raises(CredentialsError):
            pipedrive.hear(headers, body, "https://h")
    with pytest.raises(ConfigError):
        opened(fake, tmp_path, hook_password="").hear(login("crmsync", ""), body, "https://h")


def test_what_is_asked_is_what_the_record_says(fake: FakePipedrive, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    bodies: dict[str, Any] = {}
    plain = fake.answer

    def listen(one: Asked) -> Any:
        query = {name: values[0] for name, values in parse_qs(urlsplit(one.target).query).items()}
        asked.append({"method": one.method, "path": one.path, "query": query})
        if one.method in ("POST", "PATCH") and one.parts[0] == "api":
            bodies[one.method] = one.json
        return plain(one)

    fake.answer = listen  # type: ignore[method-assign,assignment]
    pipedrive = opened(fake, tmp_path, fields={})
    pipedrive.check()
    opened(fake, tmp_path).check()
    low = datetime(2026, 11, 21, 9, tzinfo=UTC)
    for stream in pipedrive.streams():
        pages(pipedrive, stream.name, Window(low, low.replace(hour=12)))
    fields = {"titles": "Dr.", "given_name": "Käthe", "nobility": "von der", "family_name": "Aue",
              "contacts.email": "neu@example.org", "contacts.mobile": "0171 39200 10"}  # fmt: skip
    changes = [new(**fields), edit(3, family_name="Nüssgen"), edit(4, "erase")]
    assert [one.outcome for one in pipedrive.write(changes)] == ["done"] * 3
    for wanted in CONTRACT["requests"]:
        assert wanted in asked, wanted
    assert bodies["POST"] == CONTRACT["made"]


@pytest.mark.parametrize("change", ["save", "consent", "erase"])
def test_an_organization_with_the_number_of_a_person_is_not_taken_for_him(
    fake: FakePipedrive, tmp_path: Path, change: Any
) -> None:
    before = dict(data(fake, 3))
    firm = replace(edit(3, change, family_name="Nuss GmbH"), stream="organizations")
    (result,) = opened(fake, tmp_path).write([firm])
    assert (result.outcome, "organizations" in result.reason) == ("refused", True)
    assert "3" in [str(row.id) for row in fake.living("customers")]
    assert data(fake, 3) == before


def test_nobody_is_made_who_could_not_be_found_again(fake: FakePipedrive, tmp_path: Path) -> None:
    """A second try, after an answer that was lost, would make him twice."""
    before = len(fake.living("customers"))
    who = new(given_name="Wenzel", family_name="Quittenbaum")
    (result,) = opened(fake, tmp_path).write([who])
    assert (result.outcome, result.field) == ("refused", "contacts.email")
    assert len(fake.living("customers")) == before
