"""The connector asks for nothing, and writes nothing, that the contract does not know."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from crmsync_klaviyo import Klaviyo
from crmsync_klaviyo.api import LIMITS
from crmsync_klaviyo.profiles import REASONS
from crmsync_klaviyo.settings import KlaviyoSettings
from fake_klaviyo import PART, FakeKlaviyo

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import START, Asked

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
FILES = ("profiles", "lists", "events", "data_privacy")
KIND = "application/vnd.api+json"
MAIL = {"channel": "email", "purpose": "marketing"}


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[list[Asked]]:
    """Every request of a reading, and of one change of each kind."""
    with FakeKlaviyo() as fake:
        fake.fill(customers=12)
        fake.secrets["key"] = "geheim"
        fake.groups, fake.within = {"L1": "Newsletter"}, {"L1": set()}
        fake.mark(fake.living("customers")[0], consent="NEVER_SUBSCRIBED")
        own = KlaviyoSettings.model_validate(
            {"url": fake.url, "api_key": "geheim", "page_size": 5, "event_page_size": 2,
             "lists": ["L1"], "consent_list": "L1", "bulk": 2}
        )  # fmt: skip
        post = Klaviyo(own, Connection(name="post", controller="haus", base=str(tmp_path)))
        post.check()
        for stream in post.streams():
            list(post.read(stream, Window(START, fake.now), None))
        list(post.ids(post.streams()[0]))
        people = [row.data["attributes"] for row in fake.living("customers")]
        fields = {"family_name": "Moor", "contacts.email": "moor@example.org", "language": "de",
                  "salutation": "Frau", "addresses.home.city": "Bonn"}  # fmt: skip
        grant = {**MAIL, "state": "granted", "at": "2026-11-20T10:00:00Z", "evidence": "F 7"}
        changes: list[dict[str, Any]] = [
            {"fields": fields}, {"external_id": "P-2", "fields": {"family_name": "Neu"}},
            {"external_id": "P-4", "fields": {"family_name": "Neu"}},
            {"external_id": "P-4", "fields": {"family_name": "Neuer"}},
            {"change": "consent", "fields": {**grant, "contact": people[0]["email"]}},
            {"change": "consent", "external_id": "P-4", "fields": {**MAIL, "state": "objected"}},
            {"change": "consent", "external_id": "P-5", "fields": {**MAIL, "state": "bounced"}},
            {"change": "consent", "fields": {"channel": "sms", "state": "objected",
                                             "contact": people[6]["phone_number"]}},
            {"change": "audience", "external_id": "P-1", "fields": {"name": "x", "member": True}},
            {"change": "audience", "external_id": "P-1", "fields": {"name": "x", "member": False}},
            {"change": "erase", "external_id": "P-2"},
        ]  # fmt: skip
        intents = [Intent(id=str(n), key=f"k-{n}", **more) for n, more in enumerate(changes)]
        assert {one.outcome for one in post.write(intents)} == {"done"}
        post.close()
        yield fake.heard


def named(asked: Asked) -> str:
    path = re.sub(r"-jobs/J-\d+$", "-jobs/{job_id}", asked.path)
    return f"{asked.method} {re.sub(r'/(P-|neu-|J-|L)[0-9]+', '/{id}', path)}"


def test_requests_are_those_of_the_contract(heard: list[Asked]) -> None:
    known = {**OWN["requests"], **OWN["beside"]}
    assert {named(one) for one in heard} == set(known)
    for one in heard:
        assert one.headers["revision"] == "2026-07-15"
        assert {*one.query, *one.json} <= set(known[named(one)]), named(one)


def test_filters_are_those_of_the_contract(heard: list[Asked]) -> None:
    used: dict[str, set[str]] = {}
    for one in heard:
        for how, field, _ in PART.findall(one.query.get("filter", "")):
            used.setdefault(named(one), set()).add(f"{field} {how}")
    assert used == {name: set(known) for name, known in OWN["filters"].items()}


@pytest.fixture
def vendors() -> dict[str, dict[str, Any]]:
    folder = os.environ.get("CRMSYNC_CONTRACTS")
    if not folder:
        pytest.skip(f"CRMSYNC_CONTRACTS names no folder with klaviyo/{FILES[0]}.json")
    paths = [Path(folder) / "klaviyo" / f"{name}.json" for name in FILES]
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


def place(vendors: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The description that knows a request, and what it says of it."""
    method, path = name.split(" ")
    for whole in vendors.values():
        if method.lower() in whole["paths"].get(path, {}):
            return whole, whole["paths"][path][method.lower()]
    raise AssertionError(f"no description knows {name}")


def resolved(whole: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    while "$ref" in shape:
        shape = whole["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    found: dict[str, Any] = dict(shape)
    return found


def test_our_parameters_and_filters_are_the_vendors(vendors: dict[str, Any]) -> None:
    for name, parameters in OWN["requests"].items():
        _, told = place(vendors, name)
        known = {one["name"] for one in told.get("parameters", [])} | {"data"}
        assert set(parameters) <= known, name
        assert "revision" in known
    for name, filters in OWN["filters"].items():
        _, told = place(vendors, name)
        text = next(one["description"] for one in told["parameters"] if one["name"] == "filter")
        for field, how in (one.split(" ") for one in filters):
            line = next(one for one in text.split("<br>") if one.startswith(f"`{field}`"))
            assert f"`{how}`" in line, name


def test_our_bodies_are_the_vendors(vendors: dict[str, Any], heard: list[Asked]) -> None:
    checked = 0
    for one in heard:
        if one.method != "GET" and named(one) in OWN["requests"]:
            whole, told = place(vendors, named(one))
            fits(whole, told["requestBody"]["content"][KIND]["schema"], one.json, named(one))
            checked += 1
    assert checked >= 11


def fits(whole: Mapping[str, Any], shape: Any, value: Any, where: str) -> None:
    """AssertionError unless a body has no field that its description does not know."""
    shape = resolved(whole, shape)
    if isinstance(value, list):
        for one in value:
            fits(whole, shape["items"], one, where)
    if not isinstance(value, dict) or "properties" not in shape:
        assert value in shape.get("enum", [value]), f"{where}: {value}"
        return
    assert set(shape.get("required", ())) <= set(value), where
    for name, inner in value.items():
        assert name in shape["properties"], f"{where}: {name}"
        if name != "properties":
            fits(whole, shape["properties"][name], inner, f"{where}.{name}")


def test_what_is_read_is_the_vendors(vendors: dict[str, Any]) -> None:
    for name, answer in (("GET /api/profiles", OWN["answer"]), ("GET /api/events", OWN["event"])):
        whole, told = place(vendors, name)
        answers = told["responses"]["200"]["content"][KIND]["schema"]
        row = resolved(whole, resolved(whole, answers)["properties"]["data"]["items"])
        knows(whole, row, {one: answer[one] for one in answer if one != "metric_name"}, name)


def knows(whole: Mapping[str, Any], shape: Any, value: Any, where: str) -> None:
    """AssertionError unless a description knows every field of an answer of ours."""
    parts = [resolved(whole, shape)]
    parts += [resolved(whole, one) for one in parts[0].get("allOf", ())]
    known = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
    if not known or not isinstance(value, dict):
        return
    for name, inner in value.items():
        assert name in known, f"{where}.{name}"
        if name not in ("properties", "event_properties", "attributes"):
            knows(whole, known[name], inner, f"{where}.{name}")


def test_our_words_and_limits_are_the_vendors(vendors: dict[str, Any]) -> None:
    text = json.dumps(vendors["profiles"])
    assert all(f'"{reason}"' in text for reason, _ in REASONS)
    for route, burst, steady in LIMITS:
        method, _, path = route.rpartition(" ")
        if path == "/api/metrics":
            continue
        if path == "/api/lists" and method != "GET":
            path += "/{id}/relationships/profiles"
        path += "/{id}" if method == "PATCH" else ""
        _, told = place(vendors, f"{method or 'POST'} {path}")
        limit = told["x-klaviyo-ratelimit"]
        assert (limit["burst"], limit["steady"]) == (f"{burst}/s", f"{steady}/m"), route
