"""A retailer's own rules of who is who, in crmsync_plugins.py beside crmsync.toml."""

from __future__ import annotations

import json

import pytest

from tests.cli.two_systems import DAY, Retailer

HEAD = """
from collections.abc import Sequence
from crmsync.hookspecs import hookimpl
from crmsync.model.pair import PairRule, SourcePair
"""
JOINS = """
ONE = PairRule("initials", "same", de="Initiale und Telefon genügen", en="initials suffice here")

@hookimpl
def crmsync_decide_pairs(pairs: Sequence[SourcePair]) -> Sequence[PairRule | None] | None:
    return [ONE if pair.rule == "phone_and_weak_name" else None for pair in pairs]
"""
ASKS = """
ASK = PairRule("sommer", "review", de="bei Sommer fragen wir", en="we ask about the Sommers")
TWO = PairRule("weiss", "apart", de="die Weißenbergs sind viele", en="they are many")
KNOWN = {"Sommer": ASK, "Weißenberg": TWO}

@hookimpl
def crmsync_decide_pairs(pairs):
    return [KNOWN.get(pair.a.customer.name.family) for pair in pairs]
"""
JONAS = ("crm/customers/1", "shop/customers/1")
MIA = ("crm/customers/2", "shop/customers/2")


def bring(retailer: Retailer, text: str) -> None:
    """Write the retailer's own plugin."""
    (retailer.folder / "crmsync_plugins.py").write_text(HEAD + text, encoding="utf-8")


def test_a_new_rule_is_asked_about_everybody_though_no_record_has_changed(
    retailer: Retailer,
) -> None:
    bring(retailer, JOINS)
    retailer.sync()
    assert retailer.customer("crm/1") == retailer.customer("shop/1")
    said = retailer.run("explain", *JONAS, "--language", "de")
    assert "derselbe Kunde. Regel: Initiale und Telefon genügen." in said
    assert "Rule: initials suffice here." in retailer.run("explain", *JONAS)
    assert retailer.json("explain", *JONAS)["verdict"]["rule"] == "house:initials"
    assert "eine Regel des Hauses: initials" in retailer.run(
        "history", "crm/customers/1", "--language", "de"
    )
    (retailer.folder / "crmsync_plugins.py").unlink()
    retailer.sync()
    assert retailer.customer("crm/1") != retailer.customer("shop/1")
    assert len(retailer.run("review", "--json").splitlines()) == 2


def test_review_names_the_rule_of_the_house(retailer: Retailer) -> None:
    bring(retailer, ASKS)
    retailer.sync()
    (line,) = retailer.run("review", "--json").splitlines()
    told = json.loads(line)
    assert (told["a"], told["b"], told["rule"]) == (*MIA, "house:sommer")
    assert told["said"] == {"de": "bei Sommer fragen wir", "en": "we ask about the Sommers"}
    assert "house:sommer" in retailer.run("review", "--rule", "house:sommer")
    assert "different customers. Rule: they are many." in retailer.run("explain", *JONAS)


def test_a_human_decides_above_it_and_it_holds_through_every_run(retailer: Retailer) -> None:
    bring(retailer, ASKS)
    retailer.sync()
    retailer.run("merge", *JONAS, "--by", "JB", "--note", "he said so", "--as-of", DAY)
    bring(retailer, ASKS + "\n# another version\n")
    retailer.sync()
    assert retailer.customer("crm/1") == retailer.customer("shop/1")
    assert "a human decided so" in retailer.run("explain", *JONAS)


def test_an_unchanged_plugin_costs_nothing(retailer: Retailer) -> None:
    bring(retailer, JOINS)
    retailer.sync()
    report = json.loads(retailer.run("sync", "--as-of", DAY, "--json"))
    assert report["stages"] == {}


BROKEN = [
    ("raise KeyError(pairs[0].a.customer.name.family)", "failed with KeyError"),
    ("raise SystemExit(9)", "failed with SystemExit"),
    ("return 7", "failed with TypeError"),
    ("return []", "did not give one answer for each pair"),
    ("return ['same'] * len(pairs)", "answered with str, not with PairRule or None"),
    ("return [PairRule('x', 'together', de='x', en='x')] * len(pairs)", "failed with ValueError"),
]


@pytest.mark.parametrize("body,said", BROKEN)
def test_a_broken_rule_is_named_and_nobody_is_linked_without_it(
    retailer: Retailer, body: str, said: str
) -> None:
    bring(retailer, JOINS)
    retailer.sync()
    together = retailer.customer("crm/1")
    bring(retailer, f"\n@hookimpl\ndef crmsync_decide_pairs(pairs):\n    {body}\n")
    told = retailer.run("sync", "--as-of", DAY, code=1)
    assert f"'crmsync_plugins.py': crmsync_decide_pairs {said}" in " ".join(told.split())
    assert "Weißenberg" not in told
    assert "Sommer" not in told
    assert retailer.customer("crm/1") == retailer.customer("shop/1") == together
    bring(retailer, ASKS)
    retailer.sync()
    assert retailer.customer("crm/1") != retailer.customer("shop/1")


def test_a_plugin_that_decided_and_does_not_load_stops_linking(retailer: Retailer) -> None:
    bring(retailer, ASKS)
    retailer.sync()
    bring(retailer, "this is no Python\n")
    told = " ".join(retailer.run("sync", "--as-of", DAY, code=1).split())
    assert "'crmsync_plugins.py' decides who is who, and did not load" in told
    assert "different customers" in retailer.run("explain", *JONAS)
    bring(retailer, ASKS)
    retailer.sync()


def test_check_compares_the_hints(retailer: Retailer) -> None:
    bring(retailer, JOINS)
    retailer.run("plugins", "check")
    bring(retailer, JOINS.replace("Sequence[SourcePair]", "list[SourcePair]"))
    told = " ".join(retailer.run("plugins", "check", code=1).split())
    assert "crmsync_decide_pairs(pairs) is hinted list[SourcePair]" in told
