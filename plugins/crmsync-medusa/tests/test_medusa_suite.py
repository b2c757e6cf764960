"""The connector keeps the rules of the suite."""

from __future__ import annotations

from fake_medusa import FakeMedusa, FakeMedusaWithoutGoods

from crmsync.testing import connector_suite

WHOLE = (
    "Medusa's variants and stock locations are read whole in every run, after a stop too: a "
    "product's new name moves no variant's stamp. That orders go on is proven below."
)
GOING_ON = ("everything_arrives", "goes_on_where_it_stopped")

TestMedusa = connector_suite(FakeMedusa, bypass={"goes_on_where_it_stopped": WHOLE})
TestMedusaWithoutGoods = connector_suite(FakeMedusaWithoutGoods, only=GOING_ON)
