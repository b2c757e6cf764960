"""What plugins may do to a plan: forbid contacts, add plays; a faulty one forbids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmsync import registry
from crmsync.errors import PluginError
from crmsync.hookspecs import hookimpl
from crmsync.model.play import Proposal
from crmsync.outreach.plays import LATE_DELIVERY_APOLOGY, WIN_BACK
from crmsync.store import Store
from tests.outreach.conftest import HOME, Filler
from tests.outreach.planning import lines, make, people


class Quiet:
    """A retailer's plugin: nothing to b@example.org, and a play of its own."""

    @hookimpl
    def crmsync_veto_contact(self, proposals: Sequence[Proposal], as_of: str) -> Mapping[str, str]:
        return {
            one.contact.id: f"Trauerfall, {as_of}"
            for one in proposals
            if one.contact.to == "b@example.org"
        }

    @hookimpl
    def crmsync_register_plays(self, register: Any) -> None:
        register(replace(WIN_BACK, name="gruss", text="Gruß\n{{ salutation }}", priority=40))


class Faulty:
    @hookimpl
    def crmsync_veto_contact(self, proposals: Sequence[Proposal], as_of: str) -> Mapping[str, str]:
        raise KeyError("b@example.org")


class Silent:
    @hookimpl
    def crmsync_veto_contact(self, proposals: Sequence[Proposal], as_of: str) -> Mapping[str, str]:
        return None  # type: ignore[return-value]


class Allowing:
    @hookimpl
    def crmsync_veto_contact(self, proposals: Sequence[Proposal], as_of: str) -> Mapping[str, str]:
        return {}


def test_crmsync_veto_contact(fill: Filler, store: Store) -> None:
    people(fill, ["k", "b", "z"])
    loaded = registry.load(plugins=[Quiet(), Allowing()])
    made = make(store, LATE_DELIVERY_APOLOGY, vetoes=loaded.vetoes())
    assert [contact.to for contact in made.contacts] == ["k@example.org"]
    (refusal,) = made.refusals
    assert refusal.code == "vetoed"
    assert refusal.detail == "Quiet: Trauerfall, 2026-11-21"


@pytest.mark.parametrize("plugin", [Faulty(), Silent()])
def test_a_faulty_veto_forbids_the_batch(fill: Filler, store: Store, plugin: object) -> None:
    people(fill, ["k", "b", "z"])
    vetoes = registry.load(plugins=[plugin, Allowing()]).vetoes()
    made = make(store, LATE_DELIVERY_APOLOGY, vetoes=vetoes)
    assert not made.contacts
    assert {refusal.code for refusal in made.refusals} == {"vetoed"}
    assert "example.org" not in made.refusals[0].detail


def test_a_vetoed_contact_leaves_the_place_to_the_next(fill: Filler, store: Store) -> None:
    fill.regular("z", "shop/customers/3", fill.person(address=HOME))
    fill.habit("z", 6, "2026-06-01", at_risk=("silent",))
    first = replace(WIN_BACK, name="first", priority=80)
    made = make(store, first, WIN_BACK)
    assert lines(made) == {
        ("shop/customers/3", "first"): "letter",
        ("shop/customers/3", "win-back"): "lower-priority",
    }
    number = made.contacts[0].id
    made = make(store, first, WIN_BACK, vetoes=[("p", lambda proposals, as_of: {number: "no"})])
    assert lines(made) == {
        ("shop/customers/3", "first"): "vetoed",
        ("shop/customers/3", "win-back"): "letter",
    }


def test_crmsync_register_plays() -> None:
    loaded = registry.load(plugins=[Quiet()])
    assert [play.name for play in loaded.plays] == [
        "late-delivery-apology", "first-order-follow-up", "gruss", "win-back",
    ]  # fmt: skip
    assert not [one for one in loaded.plugins if one.name == "crmsync.outreach" and one.problem]
    assert "ledger" in [feed.name for feed in loaded.feeds]


def test_a_service_play_that_advertises_is_not_planned(fill: Filler, store: Store) -> None:
    play = replace(LATE_DELIVERY_APOLOGY, text="Verspätung\nHier ein Gutschein.")
    with pytest.raises(PluginError, match="a coupon"):
        make(store, play)


def test_a_plugin_that_does_not_load_forbids_everything(
    fill: Filler, store: Store, tmp_path: Path
) -> None:
    people(fill, ["k", "b"])
    (tmp_path / registry.LOCAL).write_text("import gibt_es_nicht\n", encoding="utf-8")
    vetoes = registry.load(base=tmp_path, plugins=[Allowing()]).vetoes()
    made = make(store, LATE_DELIVERY_APOLOGY, vetoes=vetoes)
    assert not made.contacts
    assert {refusal.detail for refusal in made.refusals} == {
        "crmsync_plugins.py: it did not load, so whom it spares is unknown"
    }
