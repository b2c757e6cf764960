"""The gate: denied by default, each German rule by itself, and no rule that could be left out."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from crmsync.model.consent import ConsentEvent, Consents
from crmsync.model.customer import Profile, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.outreach import gate as room
from crmsync.outreach.gate import Circumstances, Decision, gate
from crmsync.outreach.reasons import REASONS

AS_OF = "2026-11-21"
KÄTHE = SourceCustomer(name=PersonName("frau", (), "Käthe", family="Müller"))
FIRM = SourceCustomer("firm", company="Müller & Söhne GmbH")
WHERE = {"email": "k@example.org", "sms": "+4930111", "messenger": "+4930111", "phone": "+4930111",
         "fax": "+4930112", "letter": "Käthe Müller\nLindenstraße 12\n10969 Berlin"}  # fmt: skip
SALE = "order:10021 notice:v3"


def said(channel: str, state: str, purpose: str = "marketing", **more: Any) -> ConsentEvent:
    subject = WHERE.get(channel, "ref") if channel != "letter" else "ref"
    told = {"at": "2026-05-01T10:00:00Z", "recorded_at": AS_OF, "evidence": "doi:17", **more}
    return ConsentEvent(subject, channel, purpose, state, **told)


def ask(
    channel: str, *events: ConsentEvent, customer: SourceCustomer = KÄTHE, advert: bool = True,
    **about: Any,
) -> Decision:  # fmt: skip
    points = {value: value for key, value in WHERE.items() if key != "letter"}
    return gate(
        Profile("id", "wrobel", customer, ("crm/customers/1",), {}),
        channel=channel,  # type: ignore[arg-type]
        message_class="advert" if advert else "service",
        purpose="marketing" if advert else "service",
        consents=Consents(AS_OF, events, points),
        contact=about.pop("contact", WHERE.get(channel)),
        about=Circumstances(**about),
    )


@pytest.mark.parametrize("channel", ["email", "sms", "messenger", "fax", "phone"])
def test_an_advert_needs_consent_with_evidence(channel: str) -> None:
    assert ask(channel).code == "no-consent"
    assert ask(channel, said(channel, "pending")).code == "consent-pending"
    assert ask(channel, said(channel, "granted", evidence="")).code == "no-consent"
    expired = said(channel, "granted", expires_on="2026-11-20")
    assert ask(channel, expired).code == "consent-expired"
    granted = ask(channel, said(channel, "granted"))
    assert (granted.allowed, granted.basis, granted.evidence) == (True, "consent", "doi:17")


@pytest.mark.parametrize("channel", ["email", "sms", "messenger", "fax"])
def test_a_business_is_treated_like_a_consumer(channel: str) -> None:
    assert ask(channel, customer=FIRM).code == "no-consent"
    assert ask(channel, said(channel, "granted"), customer=FIRM).allowed


def test_a_consent_for_one_channel_address_or_purpose_is_none_for_another() -> None:
    granted = said("email", "granted")
    assert not ask("sms", granted).allowed
    assert not ask("email", granted, contact="other@example.org").allowed
    assert not ask("email", granted._replace(purpose="profiling")).allowed


def test_a_call_to_a_business_needs_a_written_reason() -> None:
    assert ask("phone", customer=FIRM).code == "reason-needed"
    allowed = ask("phone", customer=FIRM, phone_reason="laufende Belieferung")
    assert (allowed.basis, allowed.evidence) == ("legitimate_interest", "laufende Belieferung")
    assert ask("phone", phone_reason="laufende Belieferung").code == "no-consent"


@pytest.mark.parametrize("customer", [KÄTHE, FIRM])
def test_a_letter_may_go_until_objection(customer: SourceCustomer) -> None:
    assert ask("letter", customer=customer).basis == "legitimate_interest"
    assert ask("letter", said("letter", "objected"), customer=customer).code == "objected"


def test_existing_customers_need_all_four_conditions() -> None:
    sale = said("email", "granted", basis="existing_customer", evidence=SALE)
    full = {"similar_goods": True, "notice_in_message": True}
    assert ask("email", sale, **full).basis == "existing_customer"
    for broken, code in (
        ({**full, "similar_goods": False}, "goods-not-similar"),
        ({**full, "notice_in_message": False}, "no-notice-in-message"),
    ):
        assert ask("email", sale, **broken).code == code
    no_order = sale._replace(evidence="notice:v3")
    assert ask("email", no_order, **full).code == "not-from-sale"
    no_notice = sale._replace(evidence="order:10021")
    assert ask("email", no_notice, **full).code == "no-notice-at-collection"
    objected = said("email", "objected", at="2026-06-01T10:00:00Z")
    assert ask("email", sale, objected, **full).code == "objected"


@pytest.mark.parametrize("channel", ["fax", "phone"])
def test_an_existing_customer_is_nothing_for_fax_and_phone(channel: str) -> None:
    sale = said(channel, "granted", basis="existing_customer", evidence=SALE)
    assert not ask(channel, sale, similar_goods=True, notice_in_message=True).allowed


@pytest.mark.parametrize("basis", ["legitimate_interest", "contract", "legal_obligation"])
def test_no_other_basis_replaces_consent_to_mail(basis: str) -> None:
    assert not ask("email", said("email", "granted", basis=basis)).allowed


@pytest.mark.parametrize("channel", ["email", "phone", "sms", "fax", "letter"])
def test_a_service_message_rests_on_its_contract(channel: str) -> None:
    assert ask(channel, advert=False).code == "no-contract"
    assert ask(channel, advert=False, contract=True).basis == "contract"
    against_adverts = said(channel, "objected")
    assert ask(channel, against_adverts, advert=False, contract=True).allowed
    against_service = said(channel, "objected", "service")
    assert ask(channel, against_service, advert=False, contract=True).code == "objected"


@pytest.mark.parametrize(
    "state, code", [("bounced", "undeliverable"), ("blocked", "channel-blocked")]
)
@pytest.mark.parametrize("channel", ["email", "letter", "phone"])
def test_a_bounced_or_blocked_address_is_closed_to_every_message(
    channel: str, state: str, code: str
) -> None:
    closed = said(channel, state)
    assert ask(channel, closed).code == code
    assert ask(channel, closed, advert=False, contract=True).code == code


@pytest.mark.parametrize("advert", [True, False])
@pytest.mark.parametrize(
    "customer, code",
    [
        (structs.replace(KÄTHE, deceased=True), "deceased"),
        (structs.replace(KÄTHE, blocked=True), "blocked"),
        (structs.replace(KÄTHE, wishes=("do_not_contact",)), "do-not-contact"),
    ],
)
def test_who_gets_nothing_at_all(customer: SourceCustomer, code: str, advert: bool) -> None:
    granted = said("email", "granted")
    assert ask("email", granted, customer=customer, advert=advert, contract=True).code == code


@pytest.mark.parametrize(
    "born, minor",
    [("2008-11-22", True), ("2008-11-21", False), ("1950-01-01", False), ("--05-03", False),
     ("", False)],
)  # fmt: skip
def test_minors_get_no_adverts(born: str, minor: bool) -> None:
    young = structs.replace(KÄTHE, birth_date=born)
    assert (ask("letter", customer=young).code == "minor") is minor
    assert ask("letter", customer=young, advert=False, contract=True).allowed


@pytest.mark.parametrize(
    "about, code",
    [
        ({"open_complaints": 1}, "complaint-open"),
        ({"apology_pending": True}, "apology-pending"),
        ({"recent_contacts": 1}, "frequency-cap"),
        ({"recent_contacts": 3, "cap": 3}, "frequency-cap"),
    ],
)
def test_adverts_wait_where_service_may_not(about: dict[str, Any], code: str) -> None:
    granted = said("email", "granted")
    assert ask("email", granted, **about).code == code
    assert ask("email", granted, advert=False, contract=True, **about).allowed


def test_who_objects_to_profiling_gets_no_advert_that_rests_on_it() -> None:
    objected = said("letter", "objected", "profiling")
    assert ask("email", said("email", "granted"), objected).code == "profiling-objected"
    assert ask("email", objected, advert=False, contract=True).allowed


@pytest.mark.parametrize("channel", ["in_person", "pos", "till_greeting", "till_display"])
def test_at_the_till_only_with_a_till_consent(channel: str) -> None:
    assert ask(channel, contact=None).code == "no-till-basis"
    greeting = said("till_greeting", "granted", "greeting")
    assert ask(channel, greeting, contact=None).basis == "consent"
    against = said("till_display", "objected", "marketing")
    assert ask(channel, greeting, against, contact=None).code == "objected"


def test_without_address_or_on_no_channel_there_is_no_contact() -> None:
    assert ask("email", said("email", "granted"), contact=None).code == "no-address"
    assert ask("web", contact=None, advert=False, contract=True).code == "not-a-channel"


def test_every_reason_is_worded_in_both_languages() -> None:
    assert all(reason.de and reason.en for reason in REASONS.values())
    decision = ask("email")
    assert (decision.de, decision.en) == REASONS["no-consent"]


FORBIDDEN: dict[str, Any] = {
    "_deceased": lambda: ask("letter", customer=structs.replace(KÄTHE, deceased=True)),
    "_blocked": lambda: ask("letter", customer=structs.replace(KÄTHE, blocked=True)),
    "_unwanted": lambda: ask("letter", customer=structs.replace(KÄTHE, wishes=("do_not_contact",))),
    "_minor": lambda: ask("letter", customer=structs.replace(KÄTHE, birth_date="2015-01-01")),
    "_complaining": lambda: ask("letter", open_complaints=2),
    "_waiting": lambda: ask("letter", apology_pending=True),
    "_profiling": lambda: ask("letter", said("email", "objected", "profiling")),
    "_tired": lambda: ask("letter", recent_contacts=1),
    "_unusable": lambda: ask("letter", said("letter", "bounced", "service")),
    "_objected": lambda: ask("letter", said("letter", "withdrawn")),
}


def test_each_check_has_its_case_here() -> None:
    assert {check.__name__ for check in (*room.WHO, *room.WHERE)} == set(FORBIDDEN)


@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_check_can_be_left_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not FORBIDDEN[name]().allowed
    for group in ("WHO", "WHERE"):
        checks = getattr(room, group)
        left = tuple(check for check in checks if check.__name__ != name)
        monkeypatch.setattr(room, group, left)
    assert FORBIDDEN[name]().allowed
