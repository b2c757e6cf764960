"""The connector asks for nothing, and sends nothing, that Shopify's schema does not know."""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crmsync_shopify import Shopify, queries
from crmsync_shopify.consents import OVER
from crmsync_shopify.customers import SILENT, STATES
from crmsync_shopify.orders import OVER as NO_PROMISE
from crmsync_shopify.orders import SENT, WAYS
from crmsync_shopify.queries import KINDS, Queries
from crmsync_shopify.reading import BUSY, NESTED, RUNNING
from crmsync_shopify.settings import ShopifySettings
from fake_shopify import FakeShopify

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
TYPES: dict[str, dict[str, Any]] = OWN["types"]
VENDORS = Path("shopify") / "admin-2026-10.graphql"
METAFIELDS = {"salutation": "custom.anrede", "titles": "custom.titel"}


def documents() -> dict[str, str]:
    """Every document, with everything that a setting may add."""
    told = {"shop": "laden", "token": "geheim", "promises": True, "companies": True,
            "costs": True, "metafields": METAFIELDS}  # fmt: skip
    asked = Queries(ShopifySettings.model_validate(told))
    found = {**queries.DOCUMENTS, "held": asked.held()}
    for stream in KINDS:
        found |= {f"pages of {stream}": asked.pages(stream), f"bulk of {stream}":
                  asked.bulk(stream), f"some of {stream}": asked.some(stream)}  # fmt: skip
        for name in NESTED[stream]:
            found[f"{name} of {stream}"] = asked.within(stream, name)
    return found


def tokens(document: str) -> list[str]:
    return re.findall(r'"[^"]*"|\.\.\.|[A-Za-z_]\w*|[{}():!]|\$\w+|\[|\]|,|\d+', document)


def fields(document: str) -> Iterator[tuple[str, str, list[str]]]:
    """Each field that a document asks for: of which type, its name, its arguments."""
    words = tokens(document)
    root = "Mutation" if words[0] == "mutation" else "QueryRoot"
    place = next(n for n, word in enumerate(words) if word == "{" and not _depth(words[:n]))
    above, last = [], root
    while place < len(words):
        word, following = words[place], words[place + 1] if place + 1 < len(words) else ""
        if word == "{":
            above.append(last)
        elif word == "}":
            above.pop()
        elif word == "...":
            last, place = words[place + 2], place + 2
        elif following == ":":
            place += 1
        else:
            end = words.index(")", place) if following == "(" else place
            given = [words[n] for n in range(place, end) if words[n + 1] == ":"]
            yield above[-1], word, given
            last = TYPES.get(above[-1], {}).get(word, {}).get("type", "")
            place = end
        place += 1


def _depth(words: list[str]) -> int:
    return words.count("(") - words.count(")")


@pytest.mark.parametrize("name", sorted(documents()))
def test_what_is_asked_for_is_in_our_contract(name: str) -> None:
    asked = list(fields(documents()[name]))
    assert asked
    for kind, field, given in asked:
        assert field in TYPES.get(kind, {}), f"{kind}.{field}"
        assert set(given) <= set(TYPES[kind][field].get("arguments", ())), f"{kind}.{field}"


def test_our_words_are_in_our_contract() -> None:
    words = OWN["words"]
    emails = set(words["CustomerEmailAddressMarketingState"])
    messages = set(words["CustomerMarketingConsentState"])
    assert {*STATES, *SILENT} == emails | messages
    assert set(OVER) <= emails | messages
    assert set(SENT) < set(words["FulfillmentStatus"])
    assert set(NO_PROMISE) < set(words["FulfillmentOrderStatus"])
    assert set(WAYS) < set(words["DeliveryMethodType"])
    assert set(RUNNING) < set(words["BulkOperationStatus"])
    assert set(BUSY) < set(words["BulkOperationUserErrorCode"])


SHAPES = {"input": "CustomerInput", "address": "MailingAddressInput",
          "emailMarketingConsent": "CustomerEmailMarketingConsentInput",
          "smsMarketingConsent": "CustomerSmsMarketingConsentInput",
          "identifier": "CustomerIdentifierInput"}  # fmt: skip


def test_what_is_sent_is_in_our_contract(tmp_path: Path) -> None:
    with FakeShopify() as fake:
        fake.fill(customers=3).secrets["client"] = "geheim"
        told = {"url": fake.url, "client_id": "a", "client_secret": "geheim",
                "metafields": METAFIELDS}  # fmt: skip
        shop = Shopify(ShopifySettings.model_validate(told),
                       Connection(name="laden", controller="haus", base=str(tmp_path)))  # fmt: skip
        there, at = "gid://shopify/Customer/2", {"at": "2026-11-20T10:00:00Z"}
        fields = {"family_name": "Moor", "contacts.email": "moor@example.org", "language": "de",
                  "contacts.phone": "+492214710555", "addresses.home.street": "Ring",
                  "addresses.home.lines": ["Hof"], "salutation": "Frau"}  # fmt: skip
        said = {"channel": "email", "state": "granted", "evidence": "Formular 7", **at}
        changes: list[dict[str, Any]] = [
            {"fields": fields}, {"external_id": there, "fields": {**fields, "titles": None}},
            {"external_id": there, "change": "consent", "fields": said},
            {"external_id": there, "change": "consent", "fields": {**said, "channel": "sms"}},
        ]  # fmt: skip
        intents = [Intent(id=str(n), key=str(n), whole=one["fields"], **one)
                   for n, one in enumerate(changes)]  # fmt: skip
        shop.write(intents[:1])
        results = shop.write([*intents[:1], *intents[2:]])
        assert [one.outcome for one in results] == ["done"] * 3
        shop.close()
        heard = [one.json["variables"] for one in fake.heard
                 if isinstance(one.json, dict) and "variables" in one.json]  # fmt: skip
    sent = [(name, body) for one in heard for name, body in one.items()]
    seen = set[str]()
    for name, body in sent:
        for shape, own in _inputs(name, body):
            seen.add(shape)
            assert set(own) <= set(OWN["inputs"][shape]), shape
    assert seen >= {"CustomerInput", "MailingAddressInput", "MetafieldsSetInput"}
    assert {SHAPES["emailMarketingConsent"], SHAPES["smsMarketingConsent"]} <= seen


def _inputs(name: str, body: Any) -> Iterator[tuple[str, Any]]:
    if name == "metafields":
        for one in body:
            kind = "MetafieldsSetInput" if "value" in one else "MetafieldIdentifierInput"
            yield kind, one
    elif name == "input" and "customerId" in body:
        inner = next(one for one in body if one != "customerId")
        yield SHAPES[inner], body[inner]
    elif name in SHAPES:
        yield SHAPES[name], body


@pytest.fixture(scope="module")
def schema() -> Any:
    folder = os.environ.get("CRMSYNC_CONTRACTS")
    if not folder:
        pytest.skip(f"CRMSYNC_CONTRACTS names no folder with {VENDORS}")
    graphql = pytest.importorskip("graphql", reason="graphql-core is not installed")
    return graphql.build_schema((Path(folder) / VENDORS).read_text("utf-8"), assume_valid=True)


def test_every_document_is_valid_by_the_vendors_schema(schema: Any) -> None:
    graphql: Any = importlib.import_module("graphql")
    rules = [*graphql.specified_rules, importlib.import_module(
        "graphql.validation").NoDeprecatedCustomRule]  # fmt: skip
    for name, document in documents().items():
        found = graphql.validate(schema, graphql.parse(document), rules)
        assert not found, f"{name}: {found[0].message}"


def test_our_contract_is_the_vendors(schema: Any) -> None:
    for kind, known in TYPES.items():
        for field, told in known.items():
            there = schema.type_map[kind].fields[field]
            assert set(told.get("arguments", ())) <= set(there.args), f"{kind}.{field}"
    for kind, names in OWN["inputs"].items():
        assert set(names) <= set(schema.type_map[kind].fields), kind
    for kind, words in OWN["words"].items():
        assert words == list(schema.type_map[kind].values), kind


def test_bulk_questions_keep_to_the_restrictions() -> None:
    """At most five connections, two deep, and none within a list."""
    for stream in KINDS:
        asked = documents()[f"bulk of {stream}"]
        assert 1 <= asked.count("edges {") <= 5
        assert not re.search(r"refunds \{[^}]*edges|fulfillments \{[^}]*edges", asked)
