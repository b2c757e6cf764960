"""The till feed: cards with a basis, tombstones, one number for a change and none for a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from crmsync import registry
from crmsync.config import Settings
from crmsync.errors import ConfigError, PluginError
from crmsync.hookspecs import TakesSettings, hookimpl
from crmsync.model.customer import Profile
from crmsync.model.greeting import Form, GreetingParts
from crmsync.model.habit import Favourite
from crmsync.store.habits import take_due
from crmsync.till.card import Care, Usual, Visit
from crmsync.till.feed import TillFeed
from crmsync.till.keys import NOBODY, PERSON
from crmsync.till.settings import TillSettings, tills
from tests.till.retailer import OPEN, Retailer, often, person

ANNA = person("frau", "Anna", "Weber", loyalty_card="290000012345")
NO_COUNTS = {"written": 0, "unchanged": 0, "removed": 0, "withheld": 0, "repeated": 0}


def seq(retailer: Retailer, customer_id: str) -> int:
    row = retailer.row(customer_id)
    return row.seq if row else 0


def test_a_card_says_what_a_clerk_needs(retailer: Retailer) -> None:
    retailer.shop("k1", "Ehrenfeld")
    retailer.put(
        "a",
        structs.replace(
            person("frau", "Käthe", "Müller-Lüdenscheidt", titles=("Dr.",), city="Köln",
                   phone="+491712345667"),
            since="2014-03-01", pronunciation="[lü-den-scheid]",
            wishes=("rechnung auf papier", "hat gestern mit dem Chef gesprochen"),
        ),
        last_order_on="2026-11-03", first_order_on="2015-01-02",
        top_product=Favourite("4711-500", 400, 20, "Hausmischung 500 g"),
        cadence_days=14.0, next_expected_on="2026-11-17",
        late_deliveries_90d=1, last_late_on="2026-10-12", open_complaints=1,
    )  # fmt: skip
    retailer.buy("a", "k1", "2026-11-03")
    retailer.sync()
    card = retailer.card("a")
    assert card is not None
    assert (card.n, card.call) == ("Dr. Käthe Müller-Lüdenscheidt", "Frau Dr. Müller-Lüdenscheidt")
    assert (card.tell, card.say) == ("Köln · Tel. …67", "[lü-den-scheid]")
    assert (card.since, card.last) == ("2014-03-01", Visit("2026-11-03", "Ehrenfeld"))
    assert card.usual == (Usual("Hausmischung 500 g"), Usual("", 14, "2026-11-17"))
    assert card.care == (Care("reklamation"), Care("verspaetung", "2026-10-12"))
    assert card.pref == ("Rechnung auf Papier",)


def test_a_repeat_gives_no_new_number(retailer: Retailer) -> None:
    retailer.put("a", ANNA)
    assert retailer.sync() == {**NO_COUNTS, "taken": 1, "written": 1}
    first = seq(retailer, "a")
    retailer.put("a", ANNA)
    assert retailer.sync() == {**NO_COUNTS, "taken": 1, "unchanged": 1}
    assert seq(retailer, "a") == first > 0
    assert retailer.sync() == {**NO_COUNTS, "taken": 0}


def test_time_alone_changes_no_card(retailer: Retailer) -> None:
    retailer.put("a", ANNA, cadence_days=14.0, next_expected_on="2026-11-30")
    retailer.sync()
    retailer.put("a", ANNA, cadence_days=14.0, overdue_since="2026-11-30")
    assert retailer.sync(as_of="2026-12-10")["unchanged"] == 1


def test_a_change_gives_the_next_number(retailer: Retailer) -> None:
    retailer.put("a", ANNA)
    retailer.put("b", person("herr", "Ben", "Weber"))
    retailer.sync()
    before = max(seq(retailer, "a"), seq(retailer, "b"))
    retailer.put("a", person("frau", "Anna", "Jansen"))
    retailer.sync()
    assert seq(retailer, "a") == before + 1


def test_a_merge_leaves_a_tombstone(retailer: Retailer) -> None:
    retailer.put("a", ANNA)
    retailer.put("b", person("frau", "Anna", "Weber"))
    retailer.sync()
    last = max(seq(retailer, "a"), seq(retailer, "b"))
    retailer.merge("a", "b")
    assert retailer.sync() == {**NO_COUNTS, "taken": 2, "removed": 1, "unchanged": 1}
    row = retailer.row("a")
    assert row is not None
    assert (row.doc, row.keys, row.seq) == (None, None, last + 1)
    retailer.merge("a", "b")
    assert retailer.sync()["withheld"] == 1


def test_who_never_had_a_card_gets_no_tombstone(retailer: Retailer) -> None:
    retailer.put("a", structs.replace(ANNA, blocked=True))
    assert retailer.sync() == {**NO_COUNTS, "taken": 1, "withheld": 1}
    assert retailer.row("a") is None


@pytest.mark.parametrize("flag", ["blocked", "deceased"])
def test_the_blocked_and_the_dead_lose_their_card(retailer: Retailer, flag: str) -> None:
    retailer.put("a", ANNA)
    retailer.sync()
    retailer.put("a", structs.replace(ANNA, **{flag: True}))
    assert retailer.sync()["removed"] == 1
    assert retailer.card("a") is None


def test_without_a_consent_there_is_no_card(retailer: Retailer) -> None:
    retailer.feed = TillFeed()
    retailer.put("a", ANNA)
    assert retailer.sync()["withheld"] == 1
    retailer.says("a", "granted", at="2026-11-20T10:00:00Z")
    assert retailer.sync()["written"] == 1
    retailer.says("a", "withdrawn", at="2026-11-21T10:00:00Z")
    assert retailer.sync()["removed"] == 1
    assert retailer.card("a") is None


@pytest.mark.parametrize("purpose", ["greeting", "marketing"])
@pytest.mark.parametrize("state", ["objected", "denied", "withdrawn", "blocked"])
def test_an_objection_wins_over_every_basis(retailer: Retailer, state: str, purpose: str) -> None:
    retailer.put("a", ANNA)
    retailer.sync()
    retailer.says("a", state, at="2026-11-21T10:00:00Z", purpose=purpose)
    assert retailer.sync()["removed"] == 1


def test_a_contract_is_the_loyalty_card(retailer: Retailer) -> None:
    retailer.feed = TillFeed({"kaufhaus": TillSettings(basis="contract")})
    retailer.put("a", ANNA)
    retailer.put("b", structs.replace(ANNA, loyalty_card=""))
    retailer.sync()
    assert retailer.card("a") is not None
    assert retailer.card("b") is None


def test_each_controller_decides_for_itself(retailer: Retailer) -> None:
    retailer.put("a", ANNA, controller="kaufhaus")
    retailer.put("b", ANNA, controller="other")
    retailer.sync()
    assert retailer.card("a") is not None
    assert retailer.card("b") is None


def test_a_minor_has_a_name_and_no_greeting(retailer: Retailer) -> None:
    retailer.put("a", structs.replace(ANNA, birth_date="2010-05-05"), top_product=often("Kakao"))
    retailer.sync()
    card = retailer.card("a")
    assert card is not None
    assert (card.n, card.form, card.call, card.usual) == ("Anna Weber", "", "", ())


def test_a_minor_is_woken_on_the_day_of_age(retailer: Retailer) -> None:
    retailer.put("a", structs.replace(ANNA, birth_date="2008-12-24"))
    retailer.sync()
    assert retailer.due("a") == {"till_adult": "2026-12-24"}
    wake(retailer, as_of="2026-12-24")
    assert retailer.sync(as_of="2026-12-24")["written"] == 1
    card = retailer.card("a")
    assert card is not None
    assert card.call == "Frau Weber"
    assert retailer.due("a") == {}


def test_the_end_of_a_consent_takes_the_card_away(retailer: Retailer) -> None:
    retailer.feed = TillFeed()
    retailer.put("a", ANNA)
    retailer.says("a", "granted", at="2026-11-20T10:00:00Z", expires_on="2026-12-31")
    retailer.sync()
    assert retailer.card("a") is not None
    assert retailer.due("a") == {"till_consent": "2027-01-01"}
    wake(retailer, as_of="2026-12-31")
    assert retailer.sync(as_of="2026-12-31")["taken"] == 0
    wake(retailer, as_of="2027-01-01")
    assert retailer.sync(as_of="2027-01-01")["removed"] == 1
    assert retailer.due("a") == {}


def wake(retailer: Retailer, *, as_of: str) -> None:
    """Log whose day has come, as the engine does at the start of a run."""
    with retailer.store.work() as work:
        work.log_customers("due", take_due(work, as_of))


def test_what_was_bought_once_is_not_usual(retailer: Retailer) -> None:
    retailer.put("a", ANNA, top_product=Favourite("4711", 333, 3, "Kanne"))
    retailer.sync()
    card = retailer.card("a")
    assert card is not None
    assert card.usual == ()


def test_who_does_not_want_to_be_greeted_keeps_a_card_without(retailer: Retailer) -> None:
    retailer.put("a", structs.replace(ANNA, do_not_greet=True), top_product=often("Kakao"))
    retailer.sync()
    card = retailer.card("a")
    assert card is not None
    assert (card.form, card.call, card.usual) == ("", "", (Usual("Kakao"),))


def test_denied_categories_are_not_shown(retailer: Retailer) -> None:
    denied = replace(OPEN, denied=(*OPEN.denied, "Feuerwerk"))
    retailer.feed = TillFeed({"kaufhaus": denied})
    retailer.put("a", ANNA, top_product=often("Rakete"), top_category=often("Feuerwerk & Böller"))
    retailer.put(
        "b", ANNA, top_product=often("Schwangerschaftstest"), top_category=often("Drogerie")
    )
    retailer.put("c", ANNA, top_product=often("Seife"), top_category=often("Drogerie"))
    retailer.sync()
    shown = [card.usual for name in "abc" if (card := retailer.card(name))]
    assert shown == [(), (), (Usual("Seife"),)]


def test_a_shared_key_greets_nobody_until_one_alone_has_it(retailer: Retailer) -> None:
    retailer.put("a", ANNA)
    retailer.sync()
    assert [one.greets for one in retailer.keys("a").exact] == [PERSON]
    retailer.put("b", structs.replace(ANNA, blocked=True))
    assert retailer.sync() == {**NO_COUNTS, "taken": 2, "written": 1, "withheld": 1}
    assert [one.greets for one in retailer.keys("a").exact] == [NOBODY]
    retailer.put("b", structs.replace(ANNA, blocked=True, loyalty_card=""))
    retailer.sync()
    assert [one.greets for one in retailer.keys("a").exact] == [PERSON]


def test_the_order_of_arrival_does_not_matter(retailer: Retailer) -> None:
    retailer.put("b", structs.replace(ANNA, blocked=True))
    retailer.sync()
    retailer.put("a", ANNA)
    retailer.sync()
    late = retailer.row("a")
    with retailer.store.work() as work:
        work.log_customers("profile", ["a", "b"])
    assert retailer.sync()["unchanged"] == 1
    again = retailer.row("a")
    assert late == again
    assert [one.greets for one in retailer.keys("a").exact] == [NOBODY]


def test_a_key_is_shared_within_one_controller_alone(retailer: Retailer) -> None:
    retailer.put("a", ANNA)
    retailer.put("b", ANNA, controller="other")
    retailer.sync()
    assert [one.greets for one in retailer.keys("a").exact] == [PERSON]


class Moin:
    """A retailer's own greeting."""

    def __init__(self, *answers: GreetingParts, fail: bool = False) -> None:
        self.answers = answers
        self.fail = fail
        self.calls: list[int] = []

    @hookimpl
    def crmsync_greet(
        self, profiles: Sequence[Profile], forms: Sequence[Form], as_of: str
    ) -> Sequence[GreetingParts] | None:
        if self.fail:
            raise RuntimeError("a bug in a plugin")
        self.calls.append(len(profiles))
        return self.answers or None


SETTINGS: Any = {
    "controllers": {
        "kaufhaus": {
            "name": "Kaufhaus GmbH", "till_basis": "legitimate_interest", "till_note": "Ordner 7",
            "form": "du", "till_wishes": ["Moin sagen"],
        }
    },
    "crmsync": {"deny_categories": ["Feuerwerk"]},
}  # fmt: skip


def with_plugins(*plugins: object) -> TillFeed:
    """The registered till feed, configured as the engine does it."""
    loaded = registry.load(plugins=plugins)
    assert [said for said in registry.check(loaded) if "greet" in said or "till" in said] == []
    (feed,) = [feed for feed in loaded.feeds if feed.name == "till"]
    assert isinstance(feed, TakesSettings)
    ready = feed.configured(Settings(**SETTINGS), loaded.manager.hook)
    assert isinstance(ready, TillFeed)
    return ready


def test_crmsync_greet_is_called_once_a_batch_and_the_default_is_ours(retailer: Retailer) -> None:
    silent = Moin()
    retailer.feed = with_plugins(silent)
    retailer.put("a", ANNA)
    retailer.put("b", person("herr", "Ben", "Weber"))
    retailer.sync()
    assert silent.calls == [2]
    cards = [card for name in "ab" if (card := retailer.card(name))]
    assert [(card.call, card.form) for card in cards] == [("Anna", "du"), ("Ben", "du")]


def test_crmsync_greet_of_a_plugin_wins_but_greets_nobody_who_may_not_be(
    retailer: Retailer,
) -> None:
    retailer.feed = with_plugins(Moin(GreetingParts("Moin Anna", "du"), GreetingParts("Ben", "du")))
    retailer.put("a", ANNA)
    retailer.put("b", person("herr", "Ben", "Weber", do_not_greet=True))
    retailer.sync()
    cards = [card for name in "ab" if (card := retailer.card(name))]
    assert [(card.call, card.form) for card in cards] == [("Moin Anna", "du"), ("", "")]


@pytest.mark.parametrize("plugin", [Moin(GreetingParts()), Moin(fail=True)])
def test_crmsync_greet_with_a_wrong_answer_is_named(retailer: Retailer, plugin: Moin) -> None:
    retailer.feed = with_plugins(plugin)
    retailer.put("a", ANNA)
    retailer.put("b", ANNA)
    with pytest.raises(PluginError, match="crmsync_greet"):
        retailer.sync()
    assert retailer.row("a") is None


def test_tills_are_read_from_the_settings() -> None:
    (till,) = tills(Settings(**SETTINGS)).values()
    assert (till.basis, till.form) == ("legitimate_interest", "du")
    assert "Feuerwerk" in till.denied
    assert "Moin sagen" in till.wishes


def test_a_legitimate_interest_wants_its_weighing() -> None:
    with pytest.raises(ConfigError, match="till_note"):
        TillSettings(basis="legitimate_interest", note=" ")
