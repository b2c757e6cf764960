"""Bulk results and pages read alike; costs, fields not shown, writing and webhooks."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from crmsync_shopify import Shopify
from crmsync_shopify.customers import customer
from crmsync_shopify.faults import fault, pause, standing, take
from crmsync_shopify.settings import ShopifySettings
from fake_shopify import FakeShopify
from shopify_shapes import COST, answered, denied, failed

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    RateLimited,
    Unreachable,
)
from crmsync.http import Response
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Stream, Window
from crmsync.testing import START, Answer


@pytest.fixture
def fake() -> Iterator[FakeShopify]:
    with FakeShopify() as backend:
        backend.fill(customers=5, orders=4)
        backend.secrets["client"] = "geheim"
        yield backend


def opened(fake: FakeShopify, folder: Path, **more: Any) -> Shopify:
    told = {"url": fake.url, "client_id": "a", "client_secret": "geheim", "promises": True,
            "metafields": {"salutation": "custom.anrede"}, **more}  # fmt: skip
    own = ShopifySettings.model_validate(told)
    return Shopify(own, Connection(name="laden", controller="haus", base=str(folder)))


@pytest.fixture
def shop(fake: FakeShopify, tmp_path: Path) -> Iterator[Shopify]:
    found = opened(fake, tmp_path)
    yield found
    found.close()


def stream(shop: Shopify, name: str) -> Stream:
    return next(one for one in shop.streams() if one.name == name)


def records(shop: Shopify, name: str, window: Window) -> dict[str, Any]:
    pages = shop.read(stream(shop, name), window, None)
    return {row["id"]: row for page in pages for row in page.records}


@pytest.mark.parametrize("name", ["customers", "orders", "products"])
def test_bulk_results_read_as_pages_do(fake: FakeShopify, tmp_path: Path, name: str) -> None:
    """So that the first window after the first load finds nothing new."""
    bulk, paged = opened(fake, tmp_path), opened(fake, tmp_path, first_load="pages")
    whole = records(bulk, name, Window(None, fake.now))
    assert len(whole) >= 4
    assert records(paged, name, Window(None, fake.now)) == whole
    assert records(bulk, name, Window(START, fake.now)) == whole
    assert fake.operations
    bulk.close()
    paged.close()


@pytest.mark.parametrize("costs", [True, False])
def test_costs_are_asked_for_where_they_are_wanted(
    fake: FakeShopify, tmp_path: Path, costs: bool
) -> None:
    """An app without read_inventory is denied whole products for them."""
    shop = opened(fake, tmp_path, costs=costs, first_load="pages")
    records(shop, "products", Window(None, fake.now))
    assert ("inventoryItem { unitCost" in fake.document) is costs
    shop.close()


@pytest.mark.parametrize("way", ["bulk", "pages"])
def test_costs_that_the_app_may_not_see_are_left_out(
    fake: FakeShopify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    plain = fake.shown

    def shown(rows: list[dict[str, Any]], after: Any, *, at: str = "found") -> Answer:
        hidden, path = deepcopy(rows), [at, "nodes"] if at == "found" else [at]
        errors = []
        for n, row in enumerate(hidden):
            for m, variant in enumerate(row["variants"][: fake.inner]):
                variant["inventoryItem"] = {"unitCost": None}
                errors.append(denied([*path, n, "variants", "nodes", m, "inventoryItem",
                                      "unitCost"]))  # fmt: skip
        data = plain(hidden, after, at=at).data
        return answered(data["data"], errors)

    monkeypatch.setattr(fake, "shown", shown)
    shop = opened(fake, tmp_path, costs=True, first_load=way)
    pages = list(shop.read(stream(shop, "products"), Window(None, fake.now), None))
    rows = [row for page in pages for row in page.records]
    assert len(rows) == 4
    assert {str(row["variants"][0]["inventoryItem"]) for row in rows} == {"{}"}
    notices = [one.message for page in pages for one in page.notices]
    assert notices == ["products: Shopify does not show variants.inventoryItem.unitCost."]
    shop.close()


def test_a_bulk_operation_is_waited_for_and_gone_on_with(
    fake: FakeShopify, shop: Shopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, slept = fake.on_bulk_look, list[float]()
    monkeypatch.setattr("time.sleep", slept.append)

    def running(asked: Any) -> Any:
        told = look(asked)
        status = "COMPLETED" if fake.looks > 2 else "RUNNING"
        return {"bulkOperation": {**told["bulkOperation"], "status": status}}

    monkeypatch.setattr(fake, "on_bulk_look", running)
    reading = shop.read(stream(shop, "customers"), Window(None, fake.now), None)
    begun = next(reading).next_position
    pages = list(shop.read(stream(shop, "customers"), Window(None, fake.now), begun))
    assert sum(len(page.records) for page in pages) == 5
    assert len(fake.operations) == 1


@pytest.mark.parametrize(
    ("told", "error"),
    [({"status": "FAILED", "errorCode": "ACCESS_DENIED"}, CredentialsError),
     ({"status": "FAILED", "errorCode": "TIMEOUT"}, BackendError),
     ({"status": "EXPIRED"}, BackendError)],
)  # fmt: skip
def test_a_bulk_operation_that_fails(
    fake: FakeShopify, shop: Shopify, monkeypatch: pytest.MonkeyPatch, told: Any, error: Any
) -> None:
    plain = {"url": None, "partialDataUrl": None, "errorCode": None}
    monkeypatch.setattr(fake, "on_bulk_look", lambda _asked: {"bulkOperation": {**plain, **told}})
    with pytest.raises(error):
        list(shop.read(stream(shop, "orders"), Window(None, fake.now), None))


@pytest.mark.parametrize("over", ["null", "403"])
def test_a_result_that_is_no_longer_kept_is_asked_for_anew(
    fake: FakeShopify, shop: Shopify, monkeypatch: pytest.MonkeyPatch, over: str
) -> None:
    """A run that comes back after a week must neither take it for an empty shop nor be stuck."""
    first = next(iter(shop.read(stream(shop, "orders"), Window(None, fake.now), None)))
    plain, old = fake.on_bulk_look, first.next_position["job"]

    def look(asked: Any) -> Any:
        told = plain(asked)
        if asked["id"] == old and over == "null":
            told["bulkOperation"] |= {"url": None, "objectCount": "12"}
        return told

    def gone(one: Any, asked: Any, due: Any) -> Answer:
        old_file = over == "403" and asked.parts == ["bulk", old.rpartition("/")[2]]
        return Answer(status=403, body=b"<Error/>") if old_file else due()

    monkeypatch.setattr(fake, "on_bulk_look", look)
    fake.misbehave(gone, times=None)
    pages = shop.read(stream(shop, "orders"), Window(None, fake.now), first.next_position)
    assert len([row for page in pages for row in page.records]) == 4


def test_no_place_for_a_bulk_operation(
    fake: FakeShopify, shop: Shopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"bulkOperation": None, "userErrors": [{"code": "LIMIT_REACHED"}]}
    monkeypatch.setattr(fake, "on_bulk_run", lambda _asked: {"run": told})
    with pytest.raises(RateLimited):
        list(shop.read(stream(shop, "orders"), Window(None, fake.now), None))


def test_what_is_not_shown_is_absent_and_noticed(fake: FakeShopify, tmp_path: Path) -> None:
    for row in fake.living("customers"):
        fake.hide("customers", row)
    for first_load in ("bulk", "pages"):
        shop = opened(fake, tmp_path, first_load=first_load)
        pages = list(shop.read(stream(shop, "customers"), Window(None, fake.now), None))
        rows = [row for page in pages for row in page.records]
        assert len(rows) == 5
        assert not any("firstName" in row or "lastName" in row for row in rows)
        (notice,) = [one for page in pages for one in page.notices]
        assert "firstName, lastName" in notice.message
        shop.close()


def test_an_address_that_is_not_shown_in_bulk_is_not_an_empty_one() -> None:
    """`emailAddress` may not be null, so that all of `defaultEmailAddress` is."""
    row: dict[str, Any] = {
        "id": "gid://shopify/Customer/1", "defaultEmailAddress": None,
           "defaultPhoneNumber": None, "addressesV2": [],
    }  # fmt: skip
    take(row, "defaultEmailAddress.emailAddress")
    told = customer(row, ShopifySettings.model_validate({"shop": "laden", "token": "geheim"}))
    assert "contacts" not in told.model_fields_set


def test_a_page_that_costs_too_much_is_asked_for_in_smaller_ones(
    fake: FakeShopify, tmp_path: Path
) -> None:
    shop = opened(fake, tmp_path, first_load="pages", order_page_size=200)
    plain, sizes = fake.on_orders, list[int]()

    def dear(asked: Any) -> Any:
        sizes.append(asked["first"])
        return failed("MAX_COST_EXCEEDED") if asked["first"] > 30 else plain(asked)

    fake.on_orders = dear  # type: ignore[method-assign]
    assert len(records(shop, "orders", Window(None, fake.now))) == 4
    assert sizes == [200, 100, 50, 25, 25]
    shop.close()


def test_the_walk_over_customers_ends_behind_the_window(fake: FakeShopify, shop: Shopify) -> None:
    """The filter knows days only; who changed hours ago is not read to the last page."""
    for number in range(100, 120):
        fake.add("customers", number)
    fake.advance(hours=3)
    since = fake.now
    fake.relabel("customers", fake.living("customers")[0], 500)
    fake.advance(minutes=1)
    before = fake.count
    found = records(shop, "customers", Window(since, fake.now))
    assert list(found) == [fake.living("customers")[0].id]
    assert fake.count - before <= 3


def answer(told: Any, status: int = 200) -> Response:
    return Response(status, content=told if isinstance(told, bytes) else json.dumps(told).encode())


@pytest.mark.parametrize(
    ("told", "kind"),
    [(failed("THROTTLED").data, RateLimited), (failed("INTERNAL_SERVER_ERROR").data, Unreachable),
     (failed("ACCESS_DENIED").data, CredentialsError),
     ({"data": {"customers": None}, "errors": [denied(["customers"])]}, CredentialsError),
     (failed("SHOP_INACTIVE").data, BackendError), ({"errors": "Not Found"}, BackendError)],
)  # fmt: skip
def test_errors_in_a_200(told: Any, kind: type[CrmsyncError]) -> None:
    assert type(fault(answer(told))) is kind


def test_good_answers_and_closed_shops() -> None:
    assert fault(answer({"data": {"note": '"errors"'}})) is None
    inner = {"data": {"found": {"nodes": [{}]}}, "errors": [denied(["found", "nodes", 0, "phone"])]}
    assert fault(answer(inner)) is None
    assert "frozen" in str(fault(answer({}, 402)))


def test_points() -> None:
    left = {"maximumAvailable": 1000.0, "currentlyAvailable": 652, "restoreRate": 50.0}
    cost = {**COST, "requestedQueryCost": 752, "actualQueryCost": None, "throttleStatus": left}
    told = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": cost}}  # fmt: skip
    assert pause(answer(told).content) == 2.0
    found = standing(answer(told))
    assert found is not None
    assert (found.available, found.size, found.restore) == (652.0, 1000.0, 50.0)
    assert standing(answer(b"<html>")) is None


def wrote(shop: Shopify, **more: Any) -> Result:
    return shop.write([Intent(id="1", key="k-1", **more)])[0]


def first(fake: FakeShopify) -> Any:
    return fake.living("customers")[0]


def test_an_address_keeps_its_place(fake: FakeShopify, shop: Shopify) -> None:
    fields = {"addresses.home.house_number": "9", "addresses.home.city": "Bonn"}
    whole = {**fields, "addresses.home.street": "Ring"}
    assert wrote(shop, external_id=first(fake).id, fields=fields, whole=whole).outcome == "done"
    (home,) = first(fake).data["addressesV2"]
    assert (home["address1"], home["city"], home["countryCodeV2"]) == ("Ring 9", "Bonn", "DE")


def test_metafields_are_compared_and_set(fake: FakeShopify, shop: Shopify) -> None:
    who = first(fake).id
    for value in ("Frau", "Herr", "Herr", None, None):
        assert wrote(shop, external_id=who, fields={"salutation": value}).outcome == "done"
        assert fake.metafields.get((who, "anrede")) == value


def test_a_metafield_that_was_changed_meanwhile_is_left(fake: FakeShopify, shop: Shopify) -> None:
    who, plain = first(fake).id, fake.on_meta_set

    def late(asked: Any) -> Any:
        fake.metafields[(who, "anrede")] = "Divers"
        return plain(asked)

    fake.on_meta_set = late  # type: ignore[method-assign]
    result = wrote(shop, external_id=who, fields={"salutation": "Frau"})
    assert (result.outcome, "STALE_OBJECT" in result.reason) == ("refused", True)
    assert fake.metafields[(who, "anrede")] == "Divers"


@pytest.mark.parametrize("field", ["birth_date", "contacts.fax", "addresses.work.city"])
def test_what_has_no_place_is_refused(fake: FakeShopify, shop: Shopify, field: str) -> None:
    result = wrote(shop, external_id=first(fake).id, fields={field: "x"})
    assert (result.outcome, result.field) == ("refused", field)


def test_who_shares_only_a_phone_is_named_and_stays_himself(
    fake: FakeShopify, shop: Shopify
) -> None:
    row = first(fake)
    before = row.data["firstName"], row.data["defaultEmailAddress"]["emailAddress"]
    phone = row.data["defaultPhoneNumber"]["phoneNumber"]
    fields = {"given_name": "Wenzel", "contacts.phone": phone,
              "contacts.email": "wenzel.aue@example.org"}  # fmt: skip
    result = wrote(shop, fields=fields, whole=fields)
    assert (result.outcome, result.field, list(result.found)) == (
        "refused", "contacts.phone", [row.id])  # fmt: skip
    assert (row.data["firstName"], row.data["defaultEmailAddress"]["emailAddress"]) == before


def test_nobody_is_made_without_email_and_phone(fake: FakeShopify, shop: Shopify) -> None:
    assert wrote(shop, fields={"family_name": "Moor"}).outcome == "refused"
    assert len(fake.living("customers")) == 5


def consent(shop: Shopify, who: str, **more: Any) -> Result:
    fields = {"channel": "email", "state": "granted", "at": "2026-11-20T10:00:00+01:00",
              "evidence": "Formular 7", **more}  # fmt: skip
    return wrote(shop, change="consent", external_id=who, fields=fields)


def test_a_consent_with_evidence_lifts_an_older_objection_only(
    fake: FakeShopify, shop: Shopify
) -> None:
    row = first(fake)
    fake.suppress(row)
    assert consent(shop, row.id).outcome == "refused"
    assert consent(shop, row.id, at="2026-12-01T10:00:00Z").outcome == "done"
    told = row.data["defaultEmailAddress"]
    assert (told["marketingState"], told["marketingOptInLevel"]) == ("SUBSCRIBED", "SINGLE_OPT_IN")
    assert told["marketingUpdatedAt"] == "2026-12-01T10:00:00Z"


def test_an_objection_to_sms(fake: FakeShopify, shop: Shopify) -> None:
    row = first(fake)
    assert consent(shop, row.id, channel="sms", state="objected").outcome == "done"
    assert row.data["defaultPhoneNumber"]["smsMarketingConsent"]["state"] == "UNSUBSCRIBED"


def test_an_objection_to_sms_finds_its_number_however_it_is_written(
    fake: FakeShopify, shop: Shopify
) -> None:
    row = first(fake)
    number = row.data["defaultPhoneNumber"]["phoneNumber"]
    for written in (f"{number[:3]} {number[3:6]} / {number[6:]}", f"0{number[3:]}"):
        fake.change("customers", row.id, {"defaultPhoneNumber.smsMarketingConsent": None})
        found = consent(shop, row.id, channel="sms", state="objected", contact=written)
        told = row.data["defaultPhoneNumber"]["smsMarketingConsent"] or {}
        assert (found.outcome, told.get("state")) == ("done", "UNSUBSCRIBED")


@pytest.mark.parametrize(
    "more",
    [{"channel": "letter"}, {"purpose": "profiling"}, {"state": "pending"}, {"at": None},
     {"contact": "andere@example.org"}, {"evidence": None}],
)  # fmt: skip
def test_consents_that_are_refused(fake: FakeShopify, shop: Shopify, more: Any) -> None:
    assert consent(shop, fake.living("customers")[1].id, **more).outcome == "refused"


def test_an_erasure_that_is_refused(
    fake: FakeShopify, shop: Shopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = {"field": ["customerId"], "message": "Käthe", "code": "FAILED_TO_REQUEST"}
    told = {"done": {"customerId": None, "userErrors": [error]}}
    monkeypatch.setattr(fake, "on_erase", lambda _asked: told)
    result = wrote(shop, change="erase", external_id=first(fake).id)
    assert (result.outcome, "Käthe" in result.reason) == ("refused", False)


def test_a_tag_with_a_comma_is_refused(fake: FakeShopify, shop: Shopify) -> None:
    fields = {"name": "a,b", "member": True}
    result = wrote(shop, change="audience", external_id=first(fake).id, fields=fields)
    assert result.outcome == "refused"


def signed(body: bytes, topic: str, secret: str = "geheim") -> dict[str, str]:
    digest = b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()
    return {"X-Shopify-Hmac-SHA256": digest, "X-Shopify-Topic": topic,
            "X-Shopify-Event-Id": "e-1"}  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "told", "event"),
    [("orders/updated", {"admin_graphql_api_id": "gid://shopify/Order/5"},
      ("orders", "gid://shopify/Order/5", "changed")),
     ("fulfillments/update", {"id": 9, "order_id": 5, "admin_graphql_api_id": "gid://x/F/9"},
      ("orders", "gid://shopify/Order/5", "changed")),
     ("customers/redact", {"customer": {"id": 3}},
      ("customers", "gid://shopify/Customer/3", "deleted")),
     ("locations/update", {"admin_graphql_api_id": "gid://shopify/Location/3"},
      ("stores", "gid://shopify/Location/3", "changed"))],
)  # fmt: skip
def test_webhooks(shop: Shopify, topic: str, told: Any, event: Any) -> None:
    body = json.dumps(told).encode()
    (found,) = shop.hear(signed(body, topic), body, "https://crm.example/hooks")
    assert (found.stream, found.external_id, found.kind) == event


def test_a_merge_is_heard(shop: Shopify) -> None:
    body = json.dumps({"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
                       "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
                       "status": "completed"}).encode()  # fmt: skip
    (found,) = shop.hear(signed(body, "customers/merge"), body, "https://crm.example/hooks")
    assert (found.external_id, found.into) == ("gid://shopify/Customer/2",
                                               "gid://shopify/Customer/1")  # fmt: skip


def test_the_secret_before_still_signs_and_another_does_not(
    fake: FakeShopify, tmp_path: Path
) -> None:
    shop, body = opened(fake, tmp_path, old_client_secret="alt"), b'{"id": 1}'
    assert shop.hear(signed(body, "orders/delete", "alt"), body, "")[0].kind == "deleted"
    with pytest.raises(CredentialsError):
        shop.hear(signed(body, "orders/delete", "falsch"), body, "")
    shop.close()


def test_a_token_of_the_admin_is_sent_as_it_is(fake: FakeShopify, tmp_path: Path) -> None:
    told = {"url": fake.url, "token": fake.new_token()}
    own = ShopifySettings.model_validate(told)
    shop = Shopify(own, Connection(name="laden", controller="haus", base=str(tmp_path)))
    shop.check()
    with pytest.raises(CredentialsError, match="secret"):
        shop.hear({}, b"{}", "")
    shop.close()


def test_a_whole_record_that_is_not_shown_is_no_empty_one(
    fake: FakeShopify, shop: Shopify, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"found": {"nodes": [None], "pageInfo": {"hasNextPage": False}}}
    errors = [denied(["found", "nodes", 0, "firstName"])]
    data = {"data": told, "errors": errors}
    monkeypatch.setattr(fake, "on_customers", lambda _asked: Answer(data=data))
    with pytest.raises(CredentialsError):
        list(shop.read(stream(shop, "customers"), Window(START, fake.now), None))
