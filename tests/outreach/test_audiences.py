"""Who is meant by an advert, and what holds adverts back."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from crmsync.store import Store
from tests.outreach.conftest import HOME, Filler
from tests.outreach.planning import late, lines, make, outreach


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
        home = structs.replace(HOME, house_number=str(number))
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
