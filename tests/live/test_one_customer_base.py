"""A real ERP and a real shop become one customer base, and nobody is taken for somebody else."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from .house import House, house
from .tryton_server import Tryton
from .vendure_server import Vendure

pytestmark = pytest.mark.live


def test_who_is_in_the_erp_and_in_the_shop_is_one_customer(
    tryton: Tryton, vendure: Vendure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERP_PASSWORD", tryton.server.password)
    monkeypatch.setenv("SHOP_PASSWORD", vendure.server.password)
    erp = {"connector": "tryton", "url": tryton.server.url, "user": tryton.server.user}
    erp |= {"database": tryton.server.database, "password": "env:ERP_PASSWORD"}
    shop = {"connector": "vendure", "url": vendure.server.url, "user": vendure.server.user}
    shop |= {"password": "env:SHOP_PASSWORD"}
    with house(tmp_path / "project", erp=erp, shop=shop) as opened:
        report = opened.sync()
        assert report.exit_code() == 0, report.as_json()
        emails, linked = _emails(opened), opened.linked()
    assert len(linked) == 50
    _nobody_is_taken_for_another(emails, linked)
    both = {customer for customer in linked.values() if _systems(customer, linked) == 2}
    assert len(both) >= 15
    kaethe = {linked[name] for name, email in emails.items() if email == "kunde3@example.com"}
    assert len(kaethe) == 1


def _nobody_is_taken_for_another(emails: dict[str, str], linked: dict[str, str]) -> None:
    """Every person of the two seeds has one e-mail address, and every address one person."""
    met = defaultdict(set)
    for name, customer in linked.items():
        met[customer].add(emails[name])
    assert [found for found in met.values() if len(found) > 1] == []


def _systems(customer: str, linked: dict[str, str]) -> int:
    return len({name.split("/")[0] for name, found in linked.items() if found == customer})


def _emails(opened: House) -> dict[str, str]:
    return {
        name: next(point["value"] for point in one["contacts"] if point["channel"] == "email")
        for name, one in opened.customers_by_connection().items()
    }
