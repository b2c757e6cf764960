"""The plan: every candidate in one line, one contact a customer, the same hash everywhere."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from crmsync import registry
from crmsync.config import Settings
from crmsync.config.settings import ControllerSettings, OutreachSettings
from crmsync.errors import NotReadable, PluginError, SumsError
from crmsync.hookspecs import hookimpl
from crmsync.model.play import Play, Proposal
from crmsync.outreach.plan import plan
from crmsync.outreach.planned import Plan, make_plan, read_plan, summary, write_plan
from crmsync.outreach.plays import BUILT_IN, LATE_DELIVERY_APOLOGY, WIN_BACK
from crmsync.store import Store, open_store
from tests.outreach.conftest import AS_OF, HOME, Filler

DOI = "doi:<4711@post.example>"
SETTINGS = Settings(controllers={"wrobel": ControllerSettings(name="Wrobel Moden GmbH")})


def make(store: Store, *plays: Play, settings: Settings = SETTINGS, **more: Any) -> Plan:
    with store.read() as work:
        return plan(work, as_of=AS_OF, plays=plays or BUILT_IN, settings=settings, **more)


def outreach(**more: Any) -> Settings:
    return SETTINGS.model_copy(update={"outreach": OutreachSettings(**more)})


def late(fill: Filler, source: int, ref: str, number: str, **delivery: Any) -> int:
    order = fill.order(source, ref, number=number)
    days = {"promised_on": "2026-11-10", "delivered_on": "2026-11-14", **delivery}
    fill.delivery(order, source, **days)
    return order


def contact_key(ref: str, play: str, occasion: str) -> str:
    return sha256(f"{ref}\x1f{play}\x1f{occasion}".encode()).hexdigest()


def lines(made: Plan) -> dict[tuple[str, str], str]:
    """(customer, play) to the channel of its contact, or the code of its refusal."""
    return {
        **{(one.customer, one.play): one.channel for one in made.contacts},
        **{(one.customer, one.play): one.code for one in made.refusals},
    }


def test_a_late_delivery_gets_its_apology(fill: Filler, store: Store) -> None:
    käthe = fill.person(titles=("Dr.",), email="k@example.org")
    source = fill.regular("k", "shop/customers/1", käthe)
    late(fill, source, "shop/orders/1", "1001")
    made = make(store)
    (contact,) = made.contacts
    assert (contact.channel, contact.to, contact.basis) == ("email", "k@example.org", "contract")
    assert (contact.customer, contact.name) == ("shop/customers/1", "Dr. Käthe Müller")
    assert contact.text.startswith("Sehr geehrte Frau Dr. Müller,\n")
    assert "Angekommen ist sie erst am 14. November 2026, 4 Tage zu spät." in contact.text
    assert contact.text.endswith("Wrobel Moden GmbH\n")
    assert contact.occasion == "order:1001"
    assert contact.valid_until == "2026-11-28"
    assert "(Beleg: exact)" in contact.why
    assert made.counts()["candidates"] == 1


def test_without_mail_the_apology_goes_by_letter(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(address=HOME))
    late(fill, source, "shop/orders/1", "1001")
    (contact,) = make(store).contacts
    assert contact.channel == "letter"
    assert contact.to == "Käthe Müller\nLindenstraße 12\n10969 Berlin"


def test_who_cannot_be_reached_is_named_with_the_reason_per_channel(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    fill.claim(source, "email", "bounced", at="2026-11-01", contact="k@example.org")
    fill.take(source)
    made = make(store)
    assert not made.contacts
    (refusal,) = made.refusals
    assert refusal.channels == (("email", "undeliverable"), ("letter", "no-address"))
    assert "email: Adresse unzustellbar; letter: keine Adresse" in refusal.de


LATENESS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"delivered_on": "2026-11-10"}, False),
    ({}, {"delivered_on": "2026-11-11"}, True),
    ({}, {"delivered_on": "2026-11-25"}, False),
    ({}, {"promised_on": None}, False),
    ({}, {"promised_on": "2026-10-01", "delivered_on": "2026-10-22"}, True),
    ({}, {"promised_on": "2026-10-01", "delivered_on": "2026-10-21"}, False),
    ({}, {"method": "pickup"}, False),
    ({}, {"delivered_on": None}, True),
    ({"status": "completed"}, {"delivered_on": None}, False),
    ({}, {"delivered_on": None, "promised_on": "2026-11-21"}, False),
    ({}, {"delivered_on": None, "promised_on": "2026-10-21"}, False),
    ({}, {"delivered_on": None, "shipped_on": "2026-11-12", "evidence": "ship_date_only"}, True),
    ({}, {"delivered_on": None, "shipped_on": "2026-11-09", "evidence": "ship_date_only"}, False),
    ({"status": "cancelled"}, {}, False),
    ({"kind": "return"}, {}, False),
    ({"counts": False}, {}, False),
]


def test_what_counts_as_late(fill: Filler, store: Store) -> None:
    for number, (order, days, _) in enumerate(LATENESS):
        source = fill.regular(f"c{number}", f"shop/customers/{number}", fill.person(address=HOME))
        record = fill.order(source, f"shop/orders/{number}", number=str(number), **order)
        told = {"promised_on": "2026-11-10", "delivered_on": "2026-11-14", **days}
        fill.delivery(record, source, **told)
    found = {one.occasion for one in make(store, LATE_DELIVERY_APOLOGY).contacts}
    assert found == {f"order:{n}" for n, (_, _, late) in enumerate(LATENESS) if late}


def test_an_order_in_two_deliveries_is_one_occasion_with_its_worst(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    order = late(fill, source, "shop/orders/1", "1001")
    fill.delivery(order, source, part="b", promised_on="2026-11-10", delivered_on="2026-11-18")
    made = make(store)
    assert made.candidates == 1
    assert "8 Tage zu spät" in made.contacts[0].text


def test_an_order_without_customer_of_its_delivery_is_found_by_the_order(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    order = fill.order(source, "shop/orders/1")
    fill.delivery(order, None, promised_on="2026-11-10", delivered_on="2026-11-14")
    (contact,) = make(store).contacts
    assert contact.occasion == "order:shop/orders/1"
    assert contact.subject == "Ihre Bestellung: Bitte entschuldigen Sie die Verspätung"


def test_one_contact_a_customer_by_priority(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    late(fill, source, "shop/orders/2", "1002")
    made = make(store)
    assert [contact.occasion for contact in made.contacts] == ["order:1001"]
    (refusal,) = made.refusals
    assert refusal.code == "lower-priority"
    assert refusal.de == "geringere Priorität als late-delivery-apology"
    assert made.candidates == 2


def test_a_pending_apology_locks_adverts(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(address=HOME))
    fill.habit("k", 6, "2026-06-01", at_risk=("silent",))
    assert lines(make(store)) == {("shop/customers/1", "win-back"): "letter"}
    late(fill, source, "shop/orders/1", "1001")
    assert lines(make(store)) == {
        ("shop/customers/1", "late-delivery-apology"): "letter",
        ("shop/customers/1", "win-back"): "apology-pending",
    }


HOLDING_BACK: list[tuple[dict[str, Any], str]] = [
    ({}, "complaint-open"),
    ({"status": "waiting"}, "complaint-open"),
    ({"status": "done"}, "letter"),
    ({"resolved_on": "2026-11-20"}, "letter"),
    ({"kind": "praise"}, "letter"),
    ({"kind": "campaign", "direction": "out", "status": "done"}, "frequency-cap"),
    ({"kind": "campaign", "direction": "in", "status": "done"}, "letter"),
]


def test_complaints_and_recent_contacts_hold_adverts_back(fill: Filler, store: Store) -> None:
    for number, (more, _) in enumerate(HOLDING_BACK):
        source = fill.regular(f"c{number}", f"shop/customers/{number}", fill.person(address=HOME))
        fill.habit(f"c{number}", 6, f"2026-06-0{number + 1}", at_risk=("silent",))
        fill.interaction(source, "2026-11-12", **more)
    assert lines(make(store)) == {
        (f"shop/customers/{number}", "win-back"): code
        for number, (_, code) in enumerate(HOLDING_BACK)
    }


def test_an_old_campaign_is_forgotten(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(address=HOME))
    fill.habit("k", 6, "2026-06-01", at_risk=("silent",))
    fill.interaction(source, "2026-11-07", kind="campaign", direction="out", status="done")
    assert len(make(store).contacts) == 1
    assert not make(store, settings=outreach(cap_days=15)).contacts


HABITS: list[tuple[int, str | None, dict[str, Any], str]] = [
    (1, "2026-11-10", {}, "first-order-follow-up"),
    (1, "2026-11-18", {}, "first-order-follow-up"),
    (1, "2026-11-19", {}, ""),
    (1, "2026-11-07", {}, "first-order-follow-up"),
    (1, "2026-11-06", {}, ""),
    (2, "2026-11-10", {}, ""),
    (9, "2026-06-10", {"at_risk": ("late_delivery", "silent"), "cadence_days": 20.5}, "win-back"),
    (9, "2026-06-10", {"at_risk_from": "2026-11-21"}, "win-back"),
    (9, "2026-06-10", {"at_risk_from": "2026-11-22"}, ""),
    (9, "2026-06-10", {"at_risk_from": "2026-11-01", "at_risk": ("open_complaint",)}, ""),
    (9, "2026-06-10", {}, ""),
    (9, "2025-06-10", {"at_risk": ("silent",)}, ""),
    (0, None, {"at_risk": ("silent",)}, ""),
]


def test_the_audiences_of_habits(fill: Filler, store: Store) -> None:
    for number, (orders, last, doc, _) in enumerate(HABITS):
        home = replace(HOME, house_number=str(number))
        fill.regular(f"c{number}", f"shop/customers/{number}", fill.person(address=home))
        fill.habit(f"c{number}", orders, last, **doc)
    found = {one.customer: one.play for one in make(store).contacts}
    assert found == {
        f"shop/customers/{number}": play for number, (_, _, _, play) in enumerate(HABITS) if play
    }


def test_a_win_back_says_how_long_and_against_which_rhythm(fill: Filler, store: Store) -> None:
    fill.regular("k", "shop/customers/1", fill.person(address=HOME))
    fill.habit("k", 9, "2026-06-10", at_risk=("silent",), cadence_days=20.5)
    (contact,) = make(store).contacts
    assert contact.why == "164 Tage ohne Einkauf (zuletzt am 2026-06-10, sonst etwa alle 20 Tage)"
    assert "am 10. Juni 2026" in contact.text


def test_an_advert_by_mail_rests_on_its_consent(fill: Filler, store: Store) -> None:
    käthe = fill.person(email="k@example.org")
    source = fill.regular("k", "shop/customers/1", käthe)
    fill.habit("k", 1, "2026-11-10")
    (refusal,) = make(store).refusals
    assert refusal.channels == (("email", "no-consent"), ("letter", "no-address"))
    fill.claim(source, "email", "granted", at="2026-05-01T10:00:00Z", evidence=DOI)
    fill.take(source)
    (contact,) = make(store).contacts
    assert (contact.basis, contact.evidence) == ("consent", DOI)
    assert "jederzeit widersprechen" in contact.text


def test_the_second_address_is_used_where_the_first_is_closed(fill: Filler, store: Store) -> None:
    both = fill.person(email="a@example.org")
    both = replace(both, contacts=(*both.contacts, *fill.person(email="b@example.org").contacts))
    source = fill.regular("k", "shop/customers/1", both)
    late(fill, source, "shop/orders/1", "1001")
    fill.claim(source, "email", "bounced", at="2026-11-01", contact="a@example.org")
    fill.take(source)
    (contact,) = make(store).contacts
    assert contact.to == "b@example.org"


def test_an_address_only_the_profile_still_knows_keeps_its_objection(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    fill.claim(source, "email", "objected", purpose="service", at="2026-11-01",
               contact="k@example.org")  # fmt: skip
    fill.take(source)
    fill.change_source(source, fill.person())
    assert not make(store).contacts


def test_an_occasion_is_answered_once(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    (contact,) = make(store).contacts
    for key in contact.keys:
        assert lines(make(store, sent={key})) == {
            ("shop/customers/1", "late-delivery-apology"): "already-sent"
        }


def test_an_occasion_stays_answered_when_the_customer_is_merged(fill: Filler, store: Store) -> None:
    käthe = fill.person(email="k@example.org")
    source = fill.regular("k", "shop/customers/1", käthe)
    late(fill, source, "shop/orders/1", "1001")
    fill.profile("k", fill.person(address=HOME), "crm/customers/1", "shop/customers/1")
    (contact,) = make(store).contacts
    assert contact.customer == "crm/customers/1"
    before = contact_key("shop/customers/1", "late-delivery-apology", "order:1001")
    assert make(store, sent={before}).refusals[0].code == "already-sent"


def test_two_customers_with_one_address_get_one_message_for_one_occasion(
    fill: Filler, store: Store
) -> None:
    for name, ref, order in (("k", "shop/customers/1", "shop/orders/1"),
                             ("g", "shop/guests/7", "erp/sales/1")):  # fmt: skip
        source = fill.regular(name, ref, fill.person(email="k@example.org"))
        late(fill, source, order, "1001")
    assert lines(make(store)) == {
        ("shop/customers/1", "late-delivery-apology"): "email",
        ("shop/guests/7", "late-delivery-apology"): "already-planned",
    }


def test_a_candidate_without_profile_has_its_line_too(fill: Filler, store: Store) -> None:
    source = fill.source("shop/customers/1", fill.person(email="k@example.org"), "k")
    late(fill, source, "shop/orders/1", "1001")
    (refusal,) = make(store).refusals
    assert refusal.code == "no-profile"


def test_a_text_that_lacks_a_word_is_refused_not_sent(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    play = replace(LATE_DELIVERY_APOLOGY, text="Betreff\n{{ salutation }} {{ unknown_word }}")
    (refusal,) = make(store, play).refusals
    assert refusal.code == "text-incomplete"
    assert "k@example.org" not in refusal.detail


def test_hold_out_is_the_same_share_every_time_and_spares_service(
    fill: Filler, store: Store
) -> None:
    for number in range(60):
        name = f"c{number:02}"
        source = fill.regular(name, f"shop/customers/{number}", fill.person(address=HOME))
        fill.habit(name, 6, "2026-06-01", at_risk=("silent",))
        if number == 0:
            late(fill, source, "shop/orders/1", "1001")
    half = outreach(holdout_percent=50, holdout_seed="2026")
    made = make(store, settings=half)
    held = {one.customer for one in made.refusals if one.code == "hold-out"}
    assert 15 <= len(held) <= 45
    assert made == make(store, settings=half)
    other = make(store, settings=outreach(holdout_percent=50, holdout_seed="2027"))
    assert held != {one.customer for one in other.refusals if one.code == "hold-out"}
    assert ("shop/customers/0", "late-delivery-apology") in lines(made)
    assert [one.play for one in made.contacts].count("late-delivery-apology") == 1


def test_the_sums_add_up_or_there_is_no_plan(fill: Filler, store: Store) -> None:
    made = make(store)
    assert made.counts()["candidates"] == made.counts()["contacts"] + made.counts()["refused"] == 0
    with pytest.raises(SumsError, match="2 candidates, but 0 contacts and 0 refusals"):
        make_plan(AS_OF, BUILT_IN, [], [], candidates=2)


def people(fill: Filler, names: Sequence[str]) -> None:
    """The same three people, in whatever order and under whatever ids."""
    for name in names:
        number = {"k": 1, "b": 2, "z": 3}[name[0]]
        person = fill.person(email=f"{name[0]}@example.org", address=HOME)
        source = fill.regular(name, f"shop/customers/{number}", person)
        if number < 3:
            late(fill, source, f"shop/orders/{number}", f"100{number}")
        fill.habit(name, 6, "2026-06-01", at_risk=("silent",))


def test_the_hash_depends_on_neither_order_nor_ids_nor_store(
    fill: Filler, store: Store, tmp_path: Path
) -> None:
    people(fill, ["k", "b", "z"])
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    people(Filler(other), ["z9", "b7", "k8"])
    one, two = make(store), make(other)
    assert one.canonical() == two.canonical()
    assert one.hash == two.hash
    assert one.hash != make(store, WIN_BACK).hash
    other.close()


def test_a_plan_file_is_private_and_refuses_to_be_changed(
    fill: Filler, store: Store, tmp_path: Path
) -> None:
    people(fill, ["k", "b", "z"])
    made, path = make(store), tmp_path / "plan.json"
    write_plan(made, path)
    write_plan(made, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_plan(path) == made
    path.write_bytes(path.read_bytes().replace(b"4 Tage", b"1 Tage"))
    with pytest.raises(NotReadable, match="was changed"):
        read_plan(path)
    path.write_text("[]")
    with pytest.raises(NotReadable, match="no plan"):
        read_plan(path)


def test_the_summary_counts_and_names_nobody(fill: Filler, store: Store) -> None:
    people(fill, ["k", "b", "z"])
    said = summary(make(store))
    assert "candidates 5 = 3 + 2" in said
    assert "        2  email" in said
    assert "        2  - apology-pending: an apology is pending" in said
    assert "Müller" not in said
    assert "example.org" not in said


def test_planning_writes_nothing(fill: Filler, store: Store) -> None:
    people(fill, ["k", "b", "z"])
    before = fill.entries()
    assert make(store) == make(store)
    assert fill.entries() == before


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
