"""The connector keeps every rule, through both of Odoo's APIs."""

from fake_odoo import FakeOdoo, FakeOdoo19

from crmsync.testing import connector_suite

TestOdooByJsonRpc = connector_suite(FakeOdoo)
TestOdooByJson2 = connector_suite(FakeOdoo19)
