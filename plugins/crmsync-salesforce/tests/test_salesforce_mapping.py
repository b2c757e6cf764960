"""What records of Salesforce say in our words; the people are invented."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_salesforce import people, sales
from crmsync_salesforce.settings import SalesforceSettings

from crmsync.errors import RecordError

ORDER: Any = sales.order
OPPORTUNITY: Any = sales.opportunity


def own(**more: Any) -> SalesforceSettings:
    told = {"url": "https://laden.example.org", "client_id": "c", "client_secret": "g", **more}
    return SalesforceSettings.model_validate(told)


CONTACT: dict[str, Any] = {
    "Id": "003000000000000001", "IsDeleted": False, "Salutation": "Frau Dr.", "FirstName": "Käthe",
    "MiddleName": "Anna", "LastName": "von der Heide", "Suffix": None, "Email": "k@example.org",
    "Phone": "+49 221 4710001", "MobilePhone": "+49 171 39200001", "HomePhone": None,
    "Fax": "+49 221 4710002", "Birthdate": "1968-02-29", "MailingStreet": "Hauptstr. 5\nHinterhaus",
    "MailingCity": "Köln", "MailingPostalCode": "50667", "MailingState": "Nordrhein-Westfalen",
    "MailingStateCode": "NW", "MailingCountry": "Deutschland", "MailingCountryCode": "DE",
    "HasOptedOutOfEmail": False, "HasOptedOutOfFax": True, "DoNotCall": True,
    "CreatedDate": "2024-03-01T10:00:00.000Z", "LastModifiedDate": "2026-11-01T10:00:00.000Z",
}  # fmt: skip


def test_a_contact() -> None:
    (told,) = people.contact(CONTACT, own())
    assert (told.salutation, told.given_name, told.family_name) == (
        "Frau Dr.", "Käthe Anna", "von der Heide")  # fmt: skip
    assert [(one.channel, one.value) for one in told.contacts] == [
        ("email", "k@example.org"), ("phone", "+49 221 4710001"), ("mobile", "+49 171 39200001"),
        ("fax", "+49 221 4710002"),
    ]  # fmt: skip
    (place,) = told.addresses
    assert (place.street, place.lines, place.region, place.country) == (
        "Hauptstr. 5", ("Hinterhaus",), "NW", "DE")  # fmt: skip
    assert {(one.channel, one.state) for one in told.consents} == {
        ("fax", "objected"), ("phone", "objected")}, "a flag not set is no consent"  # fmt: skip
    assert (str(told.birth_date), told.since) == ("1968-02-29", "2024-03-01T10:00:00.000Z")


@pytest.mark.parametrize("hidden", ["Email", "Phone", "MobilePhone"])
def test_numbers_that_are_not_all_visible_forget_none(hidden: str) -> None:
    (told,) = people.contact({k: v for k, v in CONTACT.items() if k != hidden}, own())
    assert "contacts" not in told.model_fields_set


def test_the_contact_behind_a_person_account_is_told_by_the_account() -> None:
    assert not list(people.contact({**CONTACT, "IsPersonAccount": True}, own()))
    starts = ("Email", "Mobile", "Mailing", "HasOpted", "DoNot", "Birth")
    person = {f"Person{k}": v for k, v in CONTACT.items() if k.startswith(starts)}
    raw = {"Id": "001000000000000001", "IsPersonAccount": True, "Name": "Käthe von der Heide",
           "Salutation": "Frau", "FirstName": "Käthe", "LastName": "von der Heide",
           "Phone": "+49 221 4710001", "Fax": None, "AccountNumber": "K-17",
           "Nummer__pc": "S-4", **person}  # fmt: skip
    (told,) = people.account(raw, own(fields={"loyalty_card": "Nummer__c"}))
    assert (told.kind, told.company, told.customer_number) == ("person", None, "K-17")
    assert told.loyalty_card == "S-4"
    assert [one.channel for one in told.contacts] == ["email", "phone", "mobile"]
    assert {one.channel for one in told.consents} == {"fax", "phone"}
    assert told.addresses[0].type == "home"


def test_a_firm_and_a_lead() -> None:
    firm = {"Id": "001000000000000002", "Name": "Mühlenwerk GmbH", "AccountNumber": "F-1",
            "Phone": "+49 221 4710003", "BillingStreet": "Am Küferteich 7",
            "BillingCity": "Leipzig", "BillingPostalCode": "04109"}  # fmt: skip
    (told,) = people.account(firm, own())
    assert (told.kind, told.company, told.addresses[0].type) == (
        "firm", "Mühlenwerk GmbH", "billing")  # fmt: skip
    lead = {"Id": "00Q000000000000001", "FirstName": None, "LastName": "Oßwald",
            "Company": "Privat", "HasOptedOutOfEmail": True,
            "Street": "Weg 1", "City": "Köln"}  # fmt: skip
    (told,) = people.lead(lead, own())
    assert (told.family_name, told.company) == ("Oßwald", "Privat")
    assert [one.channel for one in told.consents] == ["email"]


def given(**more: Any) -> dict[str, Any]:
    return {"Id": "0ZY1", "PartyId": "0PK1", "ContactPointType": "Email", "CaptureSource": "Kasse",
            "PrivacyConsentStatus": "OptIn", "CaptureDate": "2026-01-02T10:00:00.000Z",
            "DataUsePurpose.Name": "Newsletter", **more}  # fmt: skip


@pytest.mark.parametrize("more, states", [
    ({"DoubleConsentCaptureDate": "2026-01-03T10:00:00.000Z"}, {"granted"}),
    ({}, {"pending"}),
    ({"CaptureSource": None, "DoubleConsentCaptureDate": "2026-01-03T10:00:00.000Z"}, {"pending"}),
    ({"DataUsePurpose.Name": "Abrechnung"}, set()),
    ({"DataUsePurpose.Name": None}, set()),
    ({"PrivacyConsentStatus": "OptOut", "DataUsePurpose.Name": "Abrechnung"}, {"withdrawn"}),
    ({"PrivacyConsentStatus": "Seen"}, set()),
])  # fmt: skip
def test_a_consent_needs_its_purpose_and_its_proof(more: dict[str, Any], states: set[str]) -> None:
    raw = {**CONTACT, "DoNotCall": False, "HasOptedOutOfFax": False, "types": [given(**more)]}
    (told,) = people.contact(raw, own(consents=True))
    assert {one.state for one in told.consents} == states
    assert all(bool(one.evidence) == (one.state == "granted") for one in told.consents)


@pytest.mark.parametrize("more, at", [
    ({"EffectiveFrom": "2026-01-01T10:00:00.000Z"}, "2026-01-03T10:00:00.000Z"),
    ({"LastModifiedDate": "2026-05-06T10:00:00.000Z"}, "2026-05-06T10:00:00.000Z"),
])  # fmt: skip
def test_who_takes_a_consent_back_does_so_after_he_gave_it(more: dict[str, Any], at: str) -> None:
    """Only the status changes then: the dates of the row are still those of the consent."""
    proof = {"DoubleConsentCaptureDate": "2026-01-03T10:00:00.000Z", **more}
    raw = {**CONTACT, "DoNotCall": False, "HasOptedOutOfFax": False}
    (before,) = people.contact({**raw, "types": [given(**proof)]}, own(consents=True))
    row = given(**proof, PrivacyConsentStatus="OptOut")
    (after,) = people.contact({**raw, "types": [row]}, own(consents=True))
    (grant,), (end,) = before.consents, after.consents
    assert (grant.state, grant.at) == ("granted", "2026-01-03T10:00:00.000Z")
    assert (end.state, end.at) == ("withdrawn", at)


def test_a_consent_of_one_address_and_an_individual() -> None:
    point = given(ContactPointId="0Wq1", DoubleConsentCaptureDate="2026-01-03T10:00:00.000Z")
    raw = {**CONTACT, "DoNotCall": False, "HasOptedOutOfFax": False, "points": [point],
           "emails": [{"Id": "0Wq1", "EmailAddress": "k@example.org"}], "phones": []}  # fmt: skip
    (told,) = people.contact(raw, own(consents=True))
    assert [(one.contact, one.state) for one in told.consents] == [("k@example.org", "granted")]
    flags = {"Id": "0PK1", "HasOptedOutSolicit": True, "HasOptedOutProfiling": True,
             "ShouldForget": True}  # fmt: skip
    (told,) = people.contact({**CONTACT, "individuals": [flags]}, own(consents=True))
    found = {(one.channel, one.state, one.purpose) for one in told.consents}
    assert {("letter", "objected", "marketing"), ("letter", "blocked", "marketing"),
            ("email", "objected", "profiling")} <= found  # fmt: skip


def test_a_bounced_address() -> None:
    raw = {**CONTACT, "EmailBouncedDate": "2026-05-01T10:00:00.000Z"}
    (told,) = people.contact(raw, own())
    assert ("email", "bounced") in {(one.channel, one.state) for one in told.consents}


LINE = {"Id": "8021", "Quantity": 2.0, "UnitPrice": 8.2, "TotalPrice": 16.4,
        "Product2.ProductCode": "KAFFEE-1", "Product2.Name": "Röstkaffee"}  # fmt: skip


def order(**more: Any) -> dict[str, Any]:
    return {"Id": "8011", "OrderNumber": "00000100", "EffectiveDate": "2026-10-02",
            "StatusCode": "Activated", "Status": "Activated", "BillToContactId": "0031",
            "AccountId": "0011", "lines": [LINE], **more}  # fmt: skip


@pytest.mark.parametrize("more, status, customer", [
    ({}, "open", ("0031", "customers")),
    ({"Account.IsPersonAccount": True}, "open", ("0011", "accounts")),
    ({"BillToContactId": None, "Status": "Geliefert"}, "completed", ("0011", "accounts")),
    ({"StatusCode": "Draft"}, "draft", ("0031", "customers")),
])  # fmt: skip
def test_an_order(more: dict[str, Any], status: str, customer: tuple[str, str]) -> None:
    (told,) = ORDER(order(**more), own())
    assert (told.status, (told.customer, told.customer_stream)) == (status, customer)
    assert told.lines[0].amount == Decimal("16.4")


def test_times_and_promises_of_custom_fields() -> None:
    settings = own(placed="Bestellt__c", promised="Liefertermin__c", store="Filiale__c")
    raw = order(Bestellt__c="2026-10-02T16:30:00.000Z", Liefertermin__c="2026-10-09",
                Filiale__c="KOELN")  # fmt: skip
    told, delivery = ORDER(raw, settings)
    assert (told.placed_at, told.store) == ("2026-10-02T16:30:00.000Z", "KOELN")
    assert delivery.promised_on == "2026-10-09"
    late = "2026-10-08T22:30:00.000Z"
    _, delivery = ORDER({**raw, "Liefertermin__c": late}, settings)
    assert delivery.promised_on == late


def test_opportunities_that_were_won_lost_or_are_open() -> None:
    raw = {"Id": "0061", "Name": "Auftrag 9", "CloseDate": "2026-11-01", "IsClosed": True,
           "IsWon": True, "Amount": 326.0, "AccountId": "0011", "lines": []}  # fmt: skip
    (told,) = OPPORTUNITY(raw, own())
    assert (told.status, told.lines[0].amount) == ("completed", Decimal("326.0"))
    assert not list(OPPORTUNITY({**raw, "IsWon": False}, own()))
    (told,) = OPPORTUNITY({**raw, "IsWon": False, "IsClosed": False}, own())
    assert told.status == "draft"


def test_a_return_a_case_and_a_call() -> None:
    back = {"Id": "0Zr1", "OrderId": "8011", "AccountId": "0011", "Status": "Submitted",
            "CreatedDate": "2026-10-09T09:00:00.000Z", "lines": [
                {"QuantityReturned": 1.0, "OrderItem.UnitPrice": 8.2,
                 "ReasonForReturn": "Damaged"}]}  # fmt: skip
    (told,) = sales.returned(back, own())
    assert (told.order, told.reason, told.lines[0].amount) == ("8011", "Damaged", Decimal("8.20"))
    assert not list(sales.returned({**back, "Status": "Draft"}, own()))
    raw = {"Id": "5001", "ContactId": "0031", "Origin": "Telefon", "Type": "Beschwerde",
           "IsClosed": True, "ClosedDate": "2026-10-03T09:00:00.000Z",
           "CreatedDate": "2026-10-02T09:00:00.000Z", "Subject": "Mühle klemmt"}  # fmt: skip
    (case,) = sales.case(raw, own())
    assert (case.kind, case.channel, case.status) == ("complaint", "phone", "done")
    (call,) = sales.task({"WhoId": "00Q1", "TaskSubtype": "Call", "IsClosed": False,
                          "CallType": "Inbound", "ActivityDate": "2026-10-05",
                          "CreatedDate": "2026-10-02T09:00:00.000Z"})  # fmt: skip
    assert (call.customer_stream, call.kind, str(call.due_on)) == (
        "leads", "call_back", "2026-10-05")  # fmt: skip
    assert not list(sales.task({"TaskSubtype": "Task"}))


@pytest.mark.parametrize("told, amount", [(0.07, "0.07"), (8029.35, "8029.35"), (3, "3")])
def test_money_is_what_was_written(told: float, amount: str) -> None:
    assert sales.amount(told, "TotalPrice") == Decimal(amount)


def test_what_is_no_amount() -> None:
    with pytest.raises(RecordError):
        sales.amount("12,30", "TotalPrice")
