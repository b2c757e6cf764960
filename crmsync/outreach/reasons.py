"""Why somebody is contacted or not: the code of each reason, and its words in two languages."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """The words for a code, German and English."""

    de: str
    en: str


REASONS: dict[str, Reason] = {
    # the customer
    "no-profile": Reason("kein Profil (noch nicht abgeglichen)", "no profile (not resolved yet)"),
    "deceased": Reason("verstorben", "deceased"),
    "blocked": Reason("gesperrt (Einschränkung, Art. 18 DSGVO)", "blocked (restriction, Art. 18)"),
    "do-not-contact": Reason("wünscht keinen Kontakt", "does not want to be contacted"),
    "minor": Reason("minderjährig: keine Werbung", "a minor: no advertising"),
    "complaint-open": Reason(
        "Beschwerde offen: keine Werbung, bis sie geklärt ist",
        "a complaint is open: no advertising until it is settled",
    ),
    "apology-pending": Reason(
        "eine Entschuldigung steht aus: bis dahin keine Werbung",
        "an apology is pending: no advertising before it",
    ),
    "profiling-objected": Reason(
        "hat der Auswertung für Werbung widersprochen (Art. 21 Abs. 2 DSGVO)",
        "objected to profiling for advertising (Art. 21(2) DSGVO)",
    ),
    "frequency-cap": Reason(
        "hat in letzter Zeit schon genug Post von uns bekommen",
        "has had enough contacts from us lately",
    ),
    # the channel
    "no-address": Reason("keine Adresse für diesen Kanal", "no address for this channel"),
    "undeliverable": Reason("Adresse unzustellbar", "the address bounced or was returned"),
    "channel-blocked": Reason("Kanal gesperrt", "the channel is blocked"),
    "objected": Reason("hat widersprochen oder abgemeldet", "objected or unsubscribed"),
    "no-contract": Reason(
        "Servicenachricht ohne Bestellung oder Vertrag", "a service message without a contract"
    ),
    "no-consent": Reason("keine nachweisbare Einwilligung", "no consent with evidence"),
    "consent-expired": Reason("Einwilligung abgelaufen", "the consent has expired"),
    "consent-pending": Reason(
        "Einwilligung noch nicht bestätigt (Double-Opt-in)", "the consent awaits its confirmation"
    ),
    "not-from-sale": Reason(
        "§ 7 Abs. 3 UWG: Adresse nicht belegt aus einem Verkauf",
        "§ 7(3) UWG: no proof that the address came with a sale",
    ),
    "no-notice-at-collection": Reason(
        "§ 7 Abs. 3 UWG: kein Hinweis bei der Erhebung belegt",
        "§ 7(3) UWG: no proof of the notice at collection",
    ),
    "goods-not-similar": Reason(
        "§ 7 Abs. 3 UWG: nicht für eigene ähnliche Waren",
        "§ 7(3) UWG: not for own similar goods",
    ),
    "no-notice-in-message": Reason(
        "§ 7 Abs. 3 UWG: Hinweis auf das Widerspruchsrecht fehlt im Text",
        "§ 7(3) UWG: the text lacks the notice of the right to object",
    ),
    "reason-needed": Reason(
        "Anruf bei einer Firma nur mit schriftlichem Grund",
        "calling a business needs a written reason",
    ),
    "no-till-basis": Reason(
        "keine Grundlage für Anzeige an der Kasse", "no basis to show anything at the till"
    ),
    "not-a-channel": Reason("auf diesem Kanal nicht möglich", "not possible on this channel"),
    # the plan
    "text-incomplete": Reason(
        "der Text lässt sich nicht vollständig füllen", "the text cannot be filled completely"
    ),
    "vetoed": Reason("ein Plugin hat es untersagt", "a plugin forbids it"),
    "hold-out": Reason("Kontrollgruppe", "control group"),
    "lower-priority": Reason("geringere Priorität als", "lower priority than"),
    "already-planned": Reason(
        "an diese Adresse ist derselbe Anlass schon geplant",
        "the same occasion is already planned for this address",
    ),
    "already-sent": Reason("zu diesem Anlass schon geschrieben", "already sent for this occasion"),
    # what allows
    "consent": Reason("Einwilligung", "consent"),
    "contract": Reason(
        "Vertrag (Art. 6 Abs. 1 b DSGVO)", "contract (Art. 6(1)(b) DSGVO)"
    ),
    "existing-customer": Reason(
        "Bestandskunde (§ 7 Abs. 3 UWG)", "existing customer (§ 7(3) UWG)"
    ),
    "legitimate-interest": Reason(
        "berechtigtes Interesse (Art. 6 Abs. 1 f DSGVO)",
        "legitimate interest (Art. 6(1)(f) DSGVO)",
    ),
}  # fmt: skip
