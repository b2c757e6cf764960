"""What may be written is, suppressions stay, jobs are answered one by one, webhooks are signed."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from crmsync_klaviyo import Klaviyo
from crmsync_klaviyo.api import Refusal, fault, quoted, standing
from crmsync_klaviyo.settings import KlaviyoSettings
from fake_klaviyo import FakeKlaviyo, wrong

from crmsync.errors import CredentialsError, RateLimited
from crmsync.http import Request, Response
from crmsync.http.reading import Expired
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Stream, Window, reach
from crmsync.testing import Row

GRANT = {"channel": "email", "purpose": "marketing", "state": "granted",
         "at": "2026-11-20T10:00:00+01:00", "evidence": "Formular 7"}  # fmt: skip
MARKETING = "attributes.subscriptions.email.marketing"
SUBSCRIBE = "profile-subscription-bulk-create-jobs"


class Listening(FakeKlaviyo):
    """Sorts what it was asked."""

    def posted(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of requests of a kind."""
        return [one.json for one in self.heard if one.method == "POST" and one.parts[-1] == kind]


@pytest.fixture
def fake() -> Iterator[Listening]:
    with Listening() as backend:
        backend.fill(customers=6)
        backend.secrets["key"] = "geheim"
        yield backend


def opened(fake: FakeKlaviyo, folder: Path, **more: Any) -> Klaviyo:
    told = {"url": fake.url, "api_key": "geheim", "webhook_secret": "schlüssel", **more}
    own = KlaviyoSettings.model_validate(told)
    return Klaviyo(own, Connection(name="post", controller="haus", base=str(folder)))


@pytest.fixture
def post(fake: Listening, tmp_path: Path) -> Iterator[Klaviyo]:
    found = opened(fake, tmp_path)
    yield found
    found.close()


def wrote(post: Klaviyo, change: str = "save", **more: Any) -> Result:
    (found,) = post.write([Intent(id="1", key="k-1", change=change, **more)])  # type: ignore[arg-type]
    return found


def consent(post: Klaviyo, row: Row, **more: Any) -> Result:
    fields = {**GRANT, "contact": row.data["attributes"]["email"], **more}
    return wrote(post, "consent", external_id=row.id, fields=fields)


def marked(fake: FakeKlaviyo, **more: Any) -> Row:
    """The first customer, who has never subscribed but for what is told."""
    row = fake.living("customers")[0]
    fake.mark(row, **{"consent": "NEVER_SUBSCRIBED", **more})
    return row


def test_a_consent_with_its_proof_subscribes(fake: Listening, post: Klaviyo) -> None:
    row = marked(fake)
    assert consent(post, row).outcome == "done"
    assert reach(row.data, f"{MARKETING}.consent") == "SUBSCRIBED"
    (body,) = fake.posted(SUBSCRIBE)
    told = body["data"]["attributes"]
    assert (told["historical_import"], told["custom_source"]) == (True, "Formular 7")
    (profile,) = told["profiles"]["data"]
    marketing = profile["attributes"]["subscriptions"]["email"]["marketing"]
    assert marketing == {"consent": "SUBSCRIBED", "consented_at": GRANT["at"]}


@pytest.mark.parametrize(
    ("field", "value"), [("evidence", None), ("at", None), ("at", "neulich")]
)  # fmt: skip
def test_a_consent_without_proof_is_refused(
    fake: Listening, post: Klaviyo, field: str, value: Any
) -> None:
    found = consent(post, marked(fake), **{field: value})
    assert (found.outcome, found.field) == ("refused", field)
    assert not fake.posted(SUBSCRIBE)


@pytest.mark.parametrize("state", ["granted", "pending"])
@pytest.mark.parametrize(
    "why",
    [*({"suppression": [{"reason": one, "timestamp": "2026-01-01T00:00:00+00:00"}]}
       for one in ("UNSUBSCRIBE", "SPAM_COMPLAINT", "USER_SUPPRESSED", "HARD_BOUNCE", "NEU")),
     {"consent": "UNSUBSCRIBED"}],
)  # fmt: skip
def test_who_is_suppressed_stays_so(
    fake: Listening, tmp_path: Path, why: dict[str, Any], state: str
) -> None:
    fake.groups, fake.within = {"L1": "Newsletter"}, {"L1": set()}
    row, post = marked(fake, **why), opened(fake, tmp_path, consent_list="L1")
    found = consent(post, row, state=state)
    assert found.outcome == "refused"
    assert found.reason
    assert not fake.posted(SUBSCRIBE)
    post.close()


def test_nobody_escapes_his_suppression_by_a_new_address(fake: Listening, post: Klaviyo) -> None:
    row = marked(fake, consent="UNSUBSCRIBED")
    fake.unsubscribed(row, {"subscriptions": {"sms": {}}})
    told = row.data["attributes"]
    own = {"contacts.email": told["email"].upper(), "contacts.phone": told["phone_number"]}
    for fields in ({"contacts.email": "neu@example.org"}, {"contacts.phone": "+49 221 4710 777"}):
        assert "present address" in wrote(post, external_id=row.id, fields=fields).reason
    assert wrote(post, external_id=row.id, fields=own).outcome == "done"
    assert wrote(post, external_id="P-99", fields=own).reason == "is not there"


def test_whose_consents_are_not_shown_is_refused(fake: Listening, post: Klaviyo) -> None:
    row = marked(fake)
    del row.data["attributes"]["subscriptions"]
    assert "not shown" in consent(post, row).reason


def test_who_left_a_list_is_not_put_back(fake: Listening, tmp_path: Path) -> None:
    fake.groups, fake.within = {"L1": "Stamm"}, {"L1": set()}
    left = [{"list_id": "L1", "reason": "UNSUBSCRIBE", "timestamp": "2026-01-01T00:00:00+00:00"}]
    row = marked(fake, list_suppressions=left)
    post = opened(fake, tmp_path, consent_list="L1")
    for state in ("granted", "pending"):
        assert "left that list" in consent(post, row, state=state).reason
    member = {"name": "Stamm", "member": True}
    assert wrote(post, "audience", external_id=row.id, fields=member).outcome == "refused"
    assert not fake.within["L1"]
    assert not fake.posted(SUBSCRIBE)
    post.close()


def test_an_audience_is_no_way_into_the_newsletter(fake: Listening, tmp_path: Path) -> None:
    fake.groups, fake.within = {"L1": "Kundenpost"}, {"L1": set()}
    row, post = marked(fake), opened(fake, tmp_path, consent_list="L1")
    member = {"name": "Kundenpost", "member": True}
    found = wrote(post, "audience", external_id=row.id, fields=member)
    assert (found.outcome, found.field, fake.within["L1"]) == ("refused", "name", set())
    post.close()


def test_whoever_is_still_to_confirm_is_asked_by_klaviyo(fake: Listening, tmp_path: Path) -> None:
    fake.groups, fake.within = {"L1": "Newsletter"}, {"L1": set()}
    row, post = marked(fake), opened(fake, tmp_path, consent_list="L1")
    assert consent(post, row, state="pending", evidence=None).outcome == "done"
    (body,) = fake.posted(SUBSCRIBE)
    assert "historical_import" not in body["data"]["attributes"]
    assert reach(body, "data.relationships.list.data.id") == "L1"
    post.close()


def test_nobody_is_asked_without_a_list(fake: Listening, post: Klaviyo) -> None:
    assert consent(post, marked(fake), state="pending").outcome == "refused"


def test_objections_bounces_and_sms(fake: Listening, post: Klaviyo) -> None:
    row = marked(fake, consent="SUBSCRIBED")
    assert consent(post, row, state="bounced").outcome == "done"
    assert reach(row.data, f"{MARKETING}.suppression.0.reason") == "USER_SUPPRESSED"
    number = row.data["attributes"]["phone_number"]
    assert consent(post, row, channel="sms", contact=number, state="objected").outcome == "done"
    assert reach(row.data, "attributes.subscriptions.sms.marketing.consent") == "UNSUBSCRIBED"
    assert consent(post, row, channel="sms", contact=number).outcome == "refused"
    assert consent(post, row, state="objected", contact="fort@example.org").outcome == "done"


def test_an_objection_to_sms_finds_its_number_however_it_is_written(
    fake: Listening, post: Klaviyo
) -> None:
    row = marked(fake)
    number = row.data["attributes"]["phone_number"]
    written = f"{number[:3]} {number[3:6]} / {number[6:]}"
    assert consent(post, row, channel="sms", contact=written, state="objected").outcome == "done"
    assert reach(row.data, "attributes.subscriptions.sms.marketing.consent") == "UNSUBSCRIBED"


def test_what_is_accepted_and_not_yet_done_is_unknown(fake: Listening, post: Klaviyo) -> None:
    row = marked(fake, consent="SUBSCRIBED")
    fake.slow = True
    assert consent(post, row, state="objected").outcome == "unknown"
    assert wrote(post, "erase", external_id=row.id).outcome == "unknown"
    fake.slow = False
    assert consent(post, row, state="objected").outcome == "done"
    assert wrote(post, "erase", external_id=row.id).outcome == "done"
    assert fake.get("customers", row.id) is None


def edit(row: Row, number: int, **fields: Any) -> Intent:
    return Intent(id=f"{number}", key=f"k-{number}", external_id=row.id, fields=fields)


def test_many_changes_go_in_one_job(fake: Listening, tmp_path: Path) -> None:
    post, rows = opened(fake, tmp_path, bulk=3), fake.living("customers")
    bad = {"family_name": "kein-name"}
    fake.forbidden = "kein-name"
    intents = [edit(rows[0], 0, family_name="Null"), edit(rows[1], 1, **bad),
               edit(rows[2], 2, family_name="Zwei"), edit(rows[3], 3, vat_id="DE1"),
               edit(rows[0], 4, family_name="Vier")]  # fmt: skip
    results = post.write(intents)
    outcomes = [one.outcome for one in results]
    assert outcomes == ["done", "refused", "done", "refused", "done"]
    assert (results[1].reason, results[3].field) == ("Klaviyo refuses it (invalid)", "vat_id")
    (body,) = fake.posted("profile-bulk-import-jobs")
    assert len(body["data"]["attributes"]["profiles"]["data"]) == 3
    assert [rows[n].data["attributes"]["last_name"] for n in (0, 2)] == ["Vier", "Zwei"]
    post.close()


def test_errors_of_a_job_that_name_nobody(fake: Listening, tmp_path: Path) -> None:
    post, rows = opened(fake, tmp_path, bulk=2), fake.living("customers")

    def pointless(job: dict[str, Any], _place: int, _one: Any) -> None:
        job["errors"].append({"id": "1", "type": "import-error", "attributes": {"code": "x"}})

    fake.imported = pointless  # type: ignore[method-assign,assignment]
    results = post.write([edit(rows[n], n, family_name="Neu") for n in range(2)])
    assert [one.outcome for one in results] == ["unknown", "unknown"]
    post.close()


def test_who_shares_only_a_number_is_named(fake: Listening, post: Klaviyo) -> None:
    row = fake.living("customers")[0]
    fields = {"family_name": "Neu", "contacts.email": "neu@example.org",
              "contacts.phone": row.data["attributes"]["phone_number"]}  # fmt: skip
    found = wrote(post, fields=fields)
    assert (found.outcome, found.found) == ("refused", (row.id,))


def test_every_field_finds_its_place(fake: Listening, post: Klaviyo) -> None:
    fields = {"contacts.phone": "+49 221 4710 099", "language": "de-AT", "salutation": None,
              "addresses.home.city": "Bonn"}  # fmt: skip
    whole = {"addresses.home.street": "Ring", "addresses.home.house_number": "7",
             "addresses.home.lines": ["Hof", "links"]}  # fmt: skip
    assert wrote(post, external_id="P-1", fields=fields, whole=whole).outcome == "done"
    told = fake.kept["customers"]["P-1"].data["attributes"]
    assert (told["phone_number"], told["locale"]) == ("+492214710099", "de-AT")
    assert told["properties"]["Anrede"] is None
    assert (told["location"]["address1"], told["location"]["address2"]) == ("Ring 7", "Hof, links")


def test_marks_of_lists(fake: Listening, tmp_path: Path) -> None:
    fake.groups, fake.within = {"L1": "Stamm"}, {"L1": {"P-2"}}
    post = opened(fake, tmp_path, lists=["L1"])
    stream = Stream(name="customers", kind="customers")
    rows = [row for page in post.read(stream, Window(None, None), None) for row in page.records]
    assert {row["id"] for row in rows if row["list_names"] == ["Stamm"]} == {"P-2"}
    post.close()


def answered(status: int, data: Any = None, **headers: str) -> Response:
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, headers=shown, json=data, request=Request("GET", "https://x.example"))


def test_limits_and_errors() -> None:
    told = standing(answered(200, ratelimit_remaining="0", ratelimit_reset="7"))
    assert told is not None
    assert told.pause == 7
    assert standing(answered(200, ratelimit_remaining="3", ratelimit_reset="7")) is None
    error = fault(answered(429, retry_after="9"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 9
    twin = fault(answered(409, wrong("duplicate_profile", meta={"duplicate_profile_id": "P"}).data))
    assert isinstance(twin, Refusal)
    assert (twin.word, twin.twin) == ("duplicate_profile", "P")
    gone = {"errors": [{"code": "invalid", "source": {"parameter": "page[cursor]"}}]}
    assert isinstance(fault(answered(400, gone)), Expired)
    assert quoted('a"b') == '"a\\"b"'


def test_webhooks_are_signed(post: Klaviyo) -> None:
    payload = {"data": {"id": "e", "relationships": {"profile": {"data": {"id": "P-1"}}}}}
    body = json.dumps({"data": [{"external_id": "w-1", "payload": payload}]}).encode()
    at = format_datetime(datetime.now(UTC), usegmt=True)
    signed = hmac.new("schlüssel".encode(), body + at.encode(), sha256).hexdigest()
    headers = {"Klaviyo-Timestamp": at, "Klaviyo-Signature": signed}
    (event,) = post.hear(headers, body, "https://crm.example/h")
    assert (event.stream, event.external_id) == ("customers", "P-1")
    with pytest.raises(CredentialsError):
        post.hear({**headers, "Klaviyo-Signature": "00"}, body, "https://crm.example/h")
