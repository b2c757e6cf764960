"""How the journal is followed: gaps, merges, erasures, subscriptions, files of other hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crmsync_hubspot.journal import event_of
from crmsync_hubspot.settings import HubSpotSettings
from fake_journal import SCOPE, FakeByJournal
from journal_play import OPEN, deleted, ids, loaded, merged, opened, pages, publish_two, searches
from pydantic import ValidationError

from crmsync.errors import BackendError, CredentialsError, NotReadable
from crmsync.model.stream import Window
from crmsync.testing import Answer, Asked

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())


@pytest.fixture
def fake() -> Iterator[FakeByJournal]:
    with FakeByJournal() as one:
        one.fill()
        yield one
        while OPEN:
            OPEN.pop().close()


def test_a_change_is_read_by_its_id_and_nothing_is_searched(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path)
    first = next(page for page in pages(hubspot) if page.records)
    position = loaded(fake, hubspot)
    fake.relabel("customers", fake.living("customers")[2], 50)
    count = fake.count
    (found,) = [page for page in pages(hubspot, position) if page.records]
    assert ids([found]) == ["3"]
    assert found.records[0].keys() == first.records[0].keys()
    assert "statuses" in found.records[0]
    assert not searches(fake, count)


def test_a_change_during_the_first_load_is_told_behind_it(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path)
    (stream,) = [one for one in hubspot.streams() if one.name == "customers"]
    reading = hubspot.read(stream, Window(), None)
    first = next(page for page in reading if page.records)
    assert "1" in ids([first])
    fake.relabel("customers", fake.living("customers")[0], 50)
    assert ids(list(reading)) == ["4", "5", "6", "7", "1"]


def test_what_the_searches_did_not_show_yet_is_looked_for_again(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path)
    row = fake.living("customers")[0]
    stamp, row.stamp = row.stamp, fake.now  # changed just now, but the search says what was
    position = pages(hubspot)[-1].next_position
    assert "again" in position
    assert ids(pages(hubspot, position)) == []
    fake.advance(minutes=11)
    found = pages(hubspot, position)
    assert ids(found) == [row.id]
    assert stamp != row.stamp
    assert "again" not in found[-1].next_position


def test_an_offset_that_expired_is_searched_over(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    fake.relabel("customers", fake.living("customers")[0], 40)
    position = loaded(fake, hubspot)
    fake.relabel("customers", fake.living("customers")[0], 41)
    position = pages(hubspot, position)[-1].next_position
    fake.advance(days=4)
    fake.relabel("customers", fake.living("customers")[1], 50)
    fake.delete("companies", "3001")
    fake.forget()
    fake.relabel("customers", fake.living("customers")[2], 51)
    found = pages(hubspot, position)
    assert {"2", "3"} <= set(ids(found))
    assert "5" not in ids(found)
    count = fake.count
    last = found[-1].next_position
    assert ids(pages(hubspot, last)) == []
    assert not searches(fake, count)


def test_an_offset_that_expired_while_nothing_happened_is_no_gap(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path)
    pages(hubspot)
    fake.relabel("customers", fake.living("customers")[0], 40)
    position = loaded(fake, hubspot)
    assert position["offset"]
    for _ in range(3):
        fake.advance(days=2)
        position = pages(hubspot, position)[-1].next_position
    fake.forget()
    fake.relabel("customers", fake.living("customers")[2], 50)
    count = fake.count
    found = pages(hubspot, position)
    assert ids(found) == ["3"]
    assert not searches(fake, count)


def test_an_empty_journal_that_was_not_read_for_days_is_a_gap(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    assert position["offset"] is None
    fake.advance(days=1)
    fake.relabel("customers", fake.living("customers")[2], 50)
    fake.publish()
    fake.advance(days=3)
    fake.forget()
    assert ids(pages(hubspot, position)) == ["3"]


def test_deletes_in_a_gap_are_found_in_the_archive(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    pages(hubspot, name="companies")
    fake.relabel("companies", fake.living("companies")[0], 40)
    position = loaded(fake, hubspot, "companies")
    fake.advance(days=4)
    fake.delete("companies", "3002")
    fake.forget()
    assert "3002" in deleted(pages(hubspot, position, "companies"))


def test_a_gap_is_told_where_nobody_compares(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path, compare=False)
    pages(hubspot)
    fake.relabel("customers", fake.living("customers")[0], 40)
    position = loaded(fake, hubspot)
    fake.advance(days=4)
    fake.forget()
    (notice,) = [one for page in pages(hubspot, position) for one in page.notices]
    assert "compare = true" in notice.hint


def test_a_subscription_that_was_missing_is_a_gap(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    fake.subscribed.clear()
    fake.advance(hours=5)
    fake.relabel("customers", fake.living("customers")[3], 50)
    found = pages(hubspot, position)
    assert ids(found) == ["4"]
    assert {one["subscriptionType"] for one in fake.subscribed} == {
        "OBJECT", "GDPR_PRIVACY_DELETION"}  # fmt: skip


def test_clocks_of_hubspot_that_differ_do_no_harm(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    for one in fake.subscribed:
        one["updatedAt"] = fake.stamped(fake.now + timedelta(minutes=1))
    assert pages(hubspot, position)[-1].next_position["offset"] is None
    assert len(ids(pages(opened(fake, tmp_path)))) == 7


def test_a_record_that_is_gone_again_is_left_to_the_event_that_says_so(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    fake.add("customers", 77)
    fake.publish()
    fake.delete("customers", "77")
    fake.publish()
    first, *_, last = (page for page in pages(hubspot, position) if page.next_position)
    assert deleted([first, last]) == ["77"]
    assert ids([first, last]) == []


def test_one_deleted_and_restored_is_there(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    fake.delete("customers", "2")
    fake.restore("customers", "2")
    found = pages(hubspot, position)
    assert (ids(found), deleted(found)) == (["2"], [])


def test_a_merge_and_then_a_change(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    fake.relabel("customers", fake.living("customers")[1], 49)
    fake.merge("customers", "2", "3")
    fake.change("customers", "3", {"firstname": "Änne"})
    found = pages(hubspot, position)
    assert merged(found) == [("2", "3")]
    assert deleted(found) == []
    assert ids(found) == ["3"]
    assert found[0].records[0]["properties"]["firstname"] == "Änne"


def test_merges_in_every_shape() -> None:
    event = {"objectTypeId": "0-1", "action": "MERGE"}
    for told, winner, losers in (
        ({"objectId": 3, "mergedObjectIds": [2]}, "3", ("2",)),
        ({"objectId": 2, "primaryObjectId": 3, "mergedObjectIds": ["2"]}, "3", ("2",)),
        ({"primaryObjectId": 3, "newObjectId": 9, "mergedObjectIds": [2]}, "9", ("3", "2")),
        ({"objectId": 3}, "3", ()),
    ):
        found = event_of({**event, **told})
        assert found
        assert (found.id, found.losers) == (winner, losers)
    assert event_of({"objectTypeId": "0-1", "action": "UPDATE", "objectId": "Änne"}) is None


def test_an_erasure_is_a_delete_whatever_comes_after(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path, compare=False)
    position = loaded(fake, hubspot)
    fake.tell("0-1", "4", "GDPR_DELETE", kind="GDPR_PRIVACY_DELETION")
    fake.tell("0-1", "4", "UPDATE")
    fake.tell("0-1", "4", "RESTORE")
    found = pages(hubspot, position)
    assert (deleted(found), ids(found)) == (["4"], [])


def test_what_we_erase_the_journal_tells(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path, compare=False)
    position = loaded(fake, hubspot)
    hubspot._api.erase("5")
    assert deleted(pages(hubspot, position)) == ["5"]


def test_a_file_on_another_host_gets_no_token(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    with FakeByJournal() as other:
        fake.elsewhere, other.files = other.url, fake.files
        fake.relabel("customers", fake.living("customers")[0], 50)
        assert ids(pages(hubspot, position)) == ["1"]
        (headers,) = other.seen
    assert "authorization" not in headers
    assert not any(token in str(headers) for token in fake.tokens)


def test_a_file_without_https_is_not_fetched(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    fake.elsewhere = "ftp://127.0.0.1"
    fake.relabel("customers", fake.living("customers")[0], 50)
    with pytest.raises(BackendError, match="not fetched by https"):
        pages(hubspot, position)


def test_a_url_that_ended_is_asked_for_anew(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    publish_two(fake)
    (stream,) = [one for one in hubspot.streams() if one.name == "customers"]
    reading = hubspot.read(stream, Window(), position)
    first = next(reading)
    fake.advance(hours=1)
    assert ids([first, *reading]) == ["1", "2"]


def test_files_are_fetched_once_for_all_streams(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    places = {name: loaded(fake, hubspot, name) for name in ("customers", "companies")}
    fake.relabel("customers", fake.living("customers")[0], 50)
    fake.relabel("companies", fake.living("companies")[0], 50)
    assert ids(pages(hubspot, places["customers"])) == ["1"]
    assert ids(pages(hubspot, places["companies"], "companies")) == ["3001"]
    assert len(fake.seen) == len(fake.files)


def test_events_of_another_account_are_none_of_ours(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    fake.tell("0-1", "1", "DELETE", portal=99)
    assert deleted(pages(hubspot, position)) == []


def test_a_line_has_its_order_read_again(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot, "orders")
    fake.tell("0-8", "5020", "UPDATE")
    (found,) = [page for page in pages(hubspot, position, "orders") if page.records]
    assert ids([found]) == ["502"]
    assert found.records[0]["line_items"]


def test_subscriptions_are_made_once_and_only_widened(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    loaded(fake, hubspot)
    (mine,) = [one for one in fake.subscribed if one["subscriptionType"] == "OBJECT"]
    assert {"MERGE", "RESTORE", "DELETE"} <= set(mine["actions"])
    assert "email" in mine["properties"]
    assert "lastmodifieddate" not in mine["properties"]
    made = [one for one in fake.requests if one.method == "POST" and "subscriptions" in one.path]
    assert len(made) == 2
    mine["properties"] = ["their_own", "email"]
    pages(opened(fake, tmp_path))
    (now,) = [one for one in fake.subscribed if one["subscriptionType"] == "OBJECT"]
    assert {"their_own", "lastname"} <= set(now["properties"])


def test_ids_are_given_where_they_are_demanded(fake: FakeByJournal, tmp_path: Path) -> None:
    fake.ids_needed = True
    pages(opened(fake, tmp_path))
    (mine,) = [one for one in fake.subscribed if one["subscriptionType"] == "OBJECT"]
    assert mine["objectIds"] == []


def test_without_the_right_to_subscribe_it_says_who_must_do_what(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    fake.rights.discard(f"{SCOPE}.subscriptions.write")
    with pytest.raises(CredentialsError, match="may not subscribe") as caught:
        pages(opened(fake, tmp_path))
    assert "IT: give the app the scope" in caught.value.hint
    fake.rights.add(f"{SCOPE}.subscriptions.write")
    pages(opened(fake, tmp_path))
    fake.rights.discard(f"{SCOPE}.subscriptions.write")
    assert pages(opened(fake, tmp_path))  # others made them: nothing has to be made


def test_check_needs_the_right_to_read(fake: FakeByJournal, tmp_path: Path) -> None:
    opened(fake, tmp_path).check()
    fake.rights.discard(f"{SCOPE}.read")
    with pytest.raises(CredentialsError):
        opened(fake, tmp_path).check()


def test_the_account_is_asked_for_where_it_is_not_given(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    pages(opened(fake, tmp_path, account=0))
    assert {one["portalId"] for one in fake.subscribed} == {4711}


def test_a_journal_that_goes_in_circles_ends(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    publish_two(fake)

    def around(_fake: object, _asked: Asked, _due: object) -> Answer:
        found = [fake.entry(one) for one in fake.files[-2:]]
        return Answer(data={"status": "COMPLETE", "results": found})

    fake.misbehave(around, times=None, where=lambda asked: "next" in asked.parts)
    fake.misbehave(around, times=None, where=lambda asked: "earliest" in asked.parts)
    with pytest.raises(BackendError, match="comes back"):
        pages(hubspot, position)


def test_an_entry_without_an_offset_is_not_readable(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    position = loaded(fake, hubspot)
    told = Answer(data={"status": "COMPLETE", "results": [{"url": "https://x.example"}]})
    fake.misbehave(lambda _f, _a, _d: told, where=lambda asked: "batch" in asked.parts)
    with pytest.raises(NotReadable, match="no offset"):
        pages(hubspot, position)


def test_only_some_objects_are_read_from_the_journal(fake: FakeByJournal, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path, journal_of=["contacts"])
    cursors = {one.name: one.cursor for one in hubspot.streams()}
    assert cursors["customers"] == "log"
    assert cursors["companies"] == "timestamp"


def test_the_journal_needs_an_app() -> None:
    with pytest.raises(ValidationError, match="journal needs client_id"):
        HubSpotSettings.model_validate({"token": "geheim", "journal": True})


def test_what_is_asked_of_the_journal_is_what_the_record_says(
    fake: FakeByJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    answer = fake.answer

    def heard(one: Asked) -> Answer:
        body = one.form if one.parts[:1] == ["oauth"] else one.json
        asked.append({"method": one.method, "path": one.path, "query": one.query,
                      "body": sorted(body)})  # fmt: skip
        return answer(one)

    monkeypatch.setattr(fake, "answer", heard)
    hubspot = opened(fake, tmp_path, account=0)
    position = loaded(fake, hubspot)
    fake.relabel("customers", fake.living("customers")[0], 50)
    pages(hubspot, position)
    for wanted in CONTRACT["journal"]:
        assert wanted in asked, wanted


def test_without_the_setting_nothing_of_the_journal_is_asked(
    fake: FakeByJournal, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path, journal=False)
    hubspot.check()
    pages(hubspot)
    assert {one.cursor for one in hubspot.streams()} == {"timestamp"}
    assert not any("journal" in one.path for one in fake.requests)
    assert not fake.scopes
