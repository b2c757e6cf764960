"""The texts: salutations, the sandbox, and the linter that keeps adverts out of service."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crmsync.errors import PluginError
from crmsync.model.customer import SourceCustomer
from crmsync.model.name import PersonName
from crmsync.outreach.lint import advertising_in, check_play, check_plays
from crmsync.outreach.plays import BUILT_IN, LATE_DELIVERY_APOLOGY
from crmsync.outreach.render import NotRendered, render, write_day, write_days
from crmsync.outreach.salutation import salute
from crmsync.store.plans import AUDIENCES


def named(salutation: Any, given: str, family: str, **more: Any) -> SourceCustomer:
    titles, nobility = more.pop("titles", ()), more.pop("nobility", "")
    name = PersonName(
        salutation, titles, given, nobility=nobility, family=family, sure=more.pop("sure", True),
        family_first=more.pop("family_first", False),
    )  # fmt: skip
    return SourceCustomer(name=name, **more)


@pytest.mark.parametrize(
    "customer, expected",
    [
        (named("frau", "Käthe", "Müller", titles=("Dr.",)), "Sehr geehrte Frau Dr. Müller,"),
        (named("herr", "Jan", "Wrobel"), "Sehr geehrter Herr Wrobel,"),
        (named("frau", "Ursula", "Weißenberg-Müller", titles=("Dr.-Ing.",), nobility="von der"),
         "Sehr geehrte Frau Dr. von der Weißenberg-Müller,"),
        (named("herr", "Emil", "Kunze", titles=("Prof.", "Dr.", "Dr. h. c.")),
         "Sehr geehrter Herr Prof. Kunze,"),
        (named("herr", "Emil", "Kunze", titles=("Dipl.-Ing.",)), "Sehr geehrter Herr Kunze,"),
        (named(None, "Kim", "Schneider"), "Guten Tag Kim Schneider,"),
        (named("divers", "Kim", "Schneider", titles=("Dr.",)), "Guten Tag Dr. Kim Schneider,"),
        (named("frau", "Käthe", "Müller", sure=False), "Guten Tag Käthe Müller,"),
        (named("frau", "KÄTHE", "MÜLLER"), "Sehr geehrte Frau Müller,"),
        (named("familie", "", "Öztürk"), "Sehr geehrte Familie Öztürk,"),
        (named("familie", "", "Öztürk", kind="couple"), "Sehr geehrte Familie Öztürk,"),
        (named("paar", "", "Öztürk", kind="couple"),
         "Sehr geehrte Frau Öztürk, sehr geehrter Herr Öztürk,"),
        (named(None, "Anna und Bernd", "Lang", kind="couple"), "Guten Tag Anna und Bernd Lang,"),
        (named("herr", "Bernd", "Lang", kind="couple"), "Guten Tag Bernd Lang,"),
        (named(None, "Minh", "Nguyễn", family_first=True), "Guten Tag Nguyễn Minh,"),
        (named("herr", "Jan", ""), "Guten Tag,"),
        (named("herr", "", "Unbekannt"), "Guten Tag,"),
        (named("frau", "Käthe", "0171 2345678"), "Guten Tag,"),
        (SourceCustomer(), "Guten Tag,"),
        (SourceCustomer("firm", company="Müller & Söhne GmbH"), "Sehr geehrte Damen und Herren,"),
        (named("firma", "", "Müller GmbH"), "Sehr geehrte Damen und Herren,"),
    ],
)  # fmt: skip
def test_the_salutation(customer: SourceCustomer, expected: str) -> None:
    assert salute(customer) == expected


WORDS: dict[str, str | int] = {
    "salutation": "Sehr geehrte Frau Dr. Müller,", "sender": "Wrobel Moden GmbH",
    "objection_notice": "", "as_of": "2026-11-21", "order": "shop/orders/1001",
    "order_number": "1001", "ordered_on": "2026-11-03", "promised_on": "2026-11-10",
    "shipped_on": "", "delivered_on": "2026-11-14", "evidence": "exact", "case": "delivered_late",
    "days_late": 4,
}  # fmt: skip


def test_the_apology_says_what_happened() -> None:
    message = render(LATE_DELIVERY_APOLOGY, WORDS)
    assert message.subject == "Ihre Bestellung 1001: Bitte entschuldigen Sie die Verspätung"
    assert message.text.startswith("Sehr geehrte Frau Dr. Müller,\n\nIhre Bestellung 1001 vom ")
    assert "vom 3. November 2026 hatten wir Ihnen für den 10. November 2026" in message.text
    assert "Angekommen ist sie erst am 14. November 2026, 4 Tage zu spät." in message.text
    assert message.text.endswith("Mit freundlichen Grüßen\nWrobel Moden GmbH\n")
    assert message.why == (
        "Bestellung 1001: zugesagt 2026-11-10, geliefert 2026-11-14, 4 Tage zu spät (Beleg: exact)"
    )


@pytest.mark.parametrize(
    "case, words, present, absent",
    [
        ("overdue", {"delivered_on": ""}, "Bis heute, 21. November 2026,", "Angekommen"),
        ("shipped_late", {"shipped_on": "2026-11-12", "delivered_on": ""},
         "Verschickt haben wir sie erst am 12. November 2026", "Angekommen"),
        ("delivered_late", {"days_late": 1}, "1 Tag zu spät.", "Tage zu spät"),
        ("delivered_late", {"order_number": ""}, "Ihre Bestellung vom 3. November", "1001"),
    ],
)  # fmt: skip
def test_the_apology_fits_each_case(
    case: str, words: dict[str, str | int], present: str, absent: str
) -> None:
    message = render(LATE_DELIVERY_APOLOGY, {**WORDS, "case": case, **words})
    assert present in message.text
    assert absent not in message.text


def test_a_missing_word_is_an_error_not_a_gap() -> None:
    words = {name: value for name, value in WORDS.items() if name != "promised_on"}
    with pytest.raises(NotRendered, match="late-delivery-apology"):
        render(LATE_DELIVERY_APOLOGY, words)
    with pytest.raises(NotRendered):
        render(LATE_DELIVERY_APOLOGY, {**WORDS, "promised_on": "bald"})


def test_data_is_never_read_as_template_or_as_further_lines() -> None:
    nasty = "{{ 7 * 7 }}\nBcc: alle@example.org"
    message = render(LATE_DELIVERY_APOLOGY, {**WORDS, "order_number": nasty})
    assert "{{ 7 * 7 }} Bcc: alle@example.org" in message.subject
    assert "49" not in message.subject


@pytest.mark.parametrize(
    "text", ["{{ ''.__class__.__mro__ }}", "{{ sender.__init__.__globals__ }}"]
)
def test_the_sandbox_holds(text: str) -> None:
    play = replace(LATE_DELIVERY_APOLOGY, text=text)
    with pytest.raises(NotRendered):
        render(play, WORDS)


def test_days_in_words() -> None:
    assert write_day("2026-03-01") == "1. März 2026"
    assert (write_days(1), write_days(0), write_days(12)) == ("1 Tag", "0 Tage", "12 Tage")


@pytest.mark.parametrize("play", BUILT_IN, ids=lambda play: play.name)
def test_the_built_in_plays_pass_the_linter(play: Any) -> None:
    check_play(play)


@pytest.mark.parametrize(
    "text, what",
    [
        ("Waren Sie mit uns zufrieden?", "a rating request"),
        ("Bitte bewerten Sie Ihren Einkauf", "a rating request"),
        ("Wir freuen uns über Ihre Bewertung!", "a rating request"),
        ("Nehmen Sie an unserer Umfrage teil", "a rating request"),
        ("Empfehlen Sie uns weiter", "a recommendation"),
        ("Unsere Empfehlung für Sie", "a recommendation"),
        ("Als Dank ein Gutschein über 5 Euro", "a coupon"),
        ("Ihr GUTSCHEINCODE: DANKE5", "a coupon"),
        ("10 % auf Ihren nächsten Einkauf", "an offer"),
        ("Ermäßigte Preise", "an offer"),
        ("Unsere aktuellen Angebote", "an offer"),
        ("Jetzt Ra\u00adbatt sichern", "an offer"),
        ("Gut\u200bschein", "a coupon"),
        ("Melden Sie sich zum Newsletter an", "a newsletter"),
        ("Please rate us", "a rating request"),
    ],
)
def test_advertising_in_a_service_text_is_refused(text: str, what: str) -> None:
    assert what in advertising_in(text)
    play = replace(LATE_DELIVERY_APOLOGY, text=f"Betreff\n{text}")
    with pytest.raises(PluginError, match="class service") as refused:
        check_play(play)
    assert what in str(refused.value)
    check_play(replace(play, message_class="advert"))
    check_play(replace(play, lint_note="von der Rechtsabteilung geprüft am 2026-11-02"))
    with pytest.raises(PluginError):
        check_play(replace(play, lint_note="  "))


@pytest.mark.parametrize(
    "text",
    [
        "Ihre Reaktion",
        "Wir antworten Ihnen",
        "{% if days == 5 %}ja{% endif %}",
        "im Fall von Ersatz",
    ],
)
def test_plain_words_are_no_advertising(text: str) -> None:
    assert advertising_in(text) == []


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"text": "{% if %}"}, "cannot be read"),
        ({"template": "nowhere"}, "is not there"),
        ({"template": "../plays"}, "is not there"),
        ({"channels": ()}, "no channel"),
        ({"audience": "everybody"}, "Known: first-orders"),
    ],
)
def test_a_faulty_play_is_named(changed: dict[str, Any], said: str) -> None:
    play = replace(LATE_DELIVERY_APOLOGY, **changed)
    with pytest.raises(PluginError, match=said):
        check_plays([play], AUDIENCES)


def test_two_plays_of_one_name_are_refused() -> None:
    with pytest.raises(PluginError, match="two plays"):
        check_plays([LATE_DELIVERY_APOLOGY, LATE_DELIVERY_APOLOGY], AUDIENCES)
