"""Makes plans for the tests: the retailer's settings, late deliveries, and what became of whom."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from crmsync.config import Settings
from crmsync.config.settings import ControllerSettings, OutreachSettings
from crmsync.model.play import Play
from crmsync.outreach.plan import plan
from crmsync.outreach.planned import Plan
from crmsync.outreach.plays import BUILT_IN
from crmsync.store import Store
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


def people(fill: Filler, names: Sequence[str]) -> None:
    """The same three people, in whatever order and under whatever ids."""
    for name in names:
        number = {"k": 1, "b": 2, "z": 3}[name[0]]
        person = fill.person(email=f"{name[0]}@example.org", address=HOME)
        source = fill.regular(name, f"shop/customers/{number}", person)
        if number < 3:
            late(fill, source, f"shop/orders/{number}", f"100{number}")
        fill.habit(name, 6, "2026-06-01", at_risk=("silent",))
