"""The connector keeps every rule, by queries and by jobs."""

from fake_salesforce import FakeSalesforce

from crmsync.testing import connector_suite

TestSalesforce = connector_suite(FakeSalesforce)
