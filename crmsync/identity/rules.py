"""The rules by their names, said in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Said(NamedTuple):
    """One thing in German and English."""

    de: str
    en: str


STRENGTH = (
    "human", "backend_merge", "customer_number", "loyalty_card", "vat_id", "birth",
    "birth_date_and_contact", "email", "company", "phone", "name_and_address", "likely",
)  # fmt: skip
"""The rules that hold two records for the same, the strongest first."""

UNSAID = Said("", "")

HOUSE = "house:"
"""What the names of rules begin with that a plugin brings (see `crmsync.model.pair`)."""

RULES = {
    "human": Said("ein Mensch hat so entschieden", "a human decided so"),
    "backend_merge": Said(
        "das Quellsystem hat beide zusammengelegt", "the backend merged the two"
    ),
    "customer_number": Said("gleiche Kundennummer", "the same customer number"),
    "loyalty_card": Said("gleiche Kundenkarte", "the same loyalty card"),
    "vat_id": Said("gleiche USt-IdNr.", "the same VAT id"),
    "birth": Said("gleicher Name und gleiches Geburtsdatum", "the same name and birth date"),
    "birth_date_and_contact": Said(
        "gleicher Vorname, gleiches Geburtsdatum und gleicher Kontakt, anderer Nachname",
        "the same given name, birth date and contact, another family name",
    ),
    "email": Said("gleiche E-Mail-Adresse und passender Name", "the same e-mail, a fitting name"),
    "company": Said("gleicher Firmenname und gleicher Kontakt", "the same company and contact"),
    "phone": Said("gleiche Telefonnummer und gleicher Name", "the same phone number and name"),
    "name_and_address": Said(
        "gleicher Name unter gleicher Adresse, nichts spricht dagegen",
        "the same name at the same address, nothing speaks against it",
    ),
    "likely": Said(
        "vieles stimmt überein, zusammen reicht es", "much agrees, and together it suffices"
    ),
    "perhaps": Said(
        "einiges stimmt überein, zusammen reicht es nicht",
        "some things agree, together they do not suffice",
    ),
    "name_missing": Said(
        "gleicher Kontakt, aber auf einer Seite fehlt der Name",
        "the same contact, but one side lacks a name",
    ),
    "suffix_on_one_side": Said(
        "sen. oder jun. steht nur auf einer Seite: es gibt einen Namensvetter in der Familie",
        "senior or junior stands on one side only: the family has a namesake",
    ),
    "new_year_birth": Said(
        "Geburtsdatum 1. Januar steht oft für „nur das Jahr ist bekannt“",
        "a birth date of 1 January often means that only the year is known",
    ),
    "phone_and_weak_name": Said(
        "gleiche Telefonnummer, aber der Name ist abgekürzt oder anders geschrieben",
        "the same phone number, but the name is shortened or spelt otherwise",
    ),
    "initial_alone": Said(
        "gleiche Adresse, aber vom Vornamen steht nur der Anfangsbuchstabe da",
        "the same address, but of the given name only the initial is known",
    ),
    "common_name": Said(
        "nur ein häufiger Name und die Postleitzahl stimmen überein",
        "no more agrees than a common name and the postal code",
    ),
    "namesakes_at_one_phone": Said(
        "gleicher Name und Festnetzanschluss, aber etwas spricht dagegen (Vater und Sohn?)",
        "the same name and landline, but something speaks against it (father and son?)",
    ),
    "namesakes_at_one_address": Said(
        "gleicher Name unter gleicher Adresse, aber etwas spricht dagegen (Vater und Sohn?)",
        "the same name at the same address, but something speaks against it (father and son?)",
    ),
    "number_of_another": Said(
        "gleiche Kundennummer, aber die Angaben passen nicht zusammen",
        "the same customer number, but the rest does not fit",
    ),
    "given_name_in_doubt": Said(
        "die Vornamen sind ähnlich, aber nicht gleich", "the given names are near, but not equal"
    ),
    "other_family_name": Said(
        "anderer Nachname: Heirat oder eine andere Person",
        "another family name: a marriage or another person",
    ),
    "birth_near": Said(
        "die Geburtsdaten unterscheiden sich wie bei einem Eingabefehler",
        "the birth dates differ as by a slip in typing",
    ),
    "other_company": Said("anderer Firmenname", "another company name"),
    "other_legal_form": Said("andere Rechtsform der Firma", "another legal form of the company"),
    "fits_two": Said(
        "der Datensatz passt zu zwei Kunden, die nicht zueinander passen",
        "the record fits two customers who do not fit each other",
    ),
    "third_record": Said(
        "ein dritter Datensatz desselben Kunden spricht dagegen",
        "a third record of the same customer speaks against it",
    ),
    "decisions_contradict": Said(
        "menschliche Entscheidungen widersprechen sich", "human decisions contradict each other"
    ),
    "other_controller": Said(
        "verschiedene Verantwortliche (Art. 4 Nr. 7 DSGVO): Daten werden nie verbunden",
        "different controllers (Art. 4(7) GDPR): their data are never linked",
    ),
    "firm_and_person": Said(
        "eine Firma und eine Person: Ansprechpartner bleiben eigene Kunden",
        "a firm and a person: contact persons stay customers of their own",
    ),
    "couple": Said("ein Paar und eine einzelne Person", "a couple and a single person"),
    "other_birth_date": Said("verschiedene Geburtsdaten", "different birth dates"),
    "other_suffix": Said("senior und junior", "senior and junior"),
    "other_given_name": Said(
        "anderer Vorname bei gemeinsamem Kontakt: ein Haushalt, nicht eine Person",
        "another given name with a shared contact: one household, not one person",
    ),
    "other_salutation": Said(
        "andere Anrede, und der Vorname ist nicht ausgeschrieben",
        "another Anrede, and the given name is not written out",
    ),
    "other_vat_id": Said("verschiedene USt-IdNr.", "different VAT ids"),
    "placeholder": Said(
        "was beide teilen, haben zu viele: Platzhalter oder Zentrale",
        "what the two share is held by too many: a placeholder or a switchboard",
    ),
    "no_evidence": Said("kein gemeinsamer Nachweis", "no evidence in common"),
}  # fmt: skip


def say(rule: str) -> Said:
    """A rule in German and English; one of the house by its name."""
    if not rule.startswith(HOUSE):
        return RULES[rule]
    name = rule.removeprefix(HOUSE)
    return Said(f"eine Regel des Hauses: {name}", f"a rule of the house: {name}")


def said_of(rule: str, evidence: Mapping[str, Any]) -> Said:
    """What the rule of a pair says, in its own words where it is one of the house.

    `evidence` is what the store keeps of the pair.
    """
    if "said" in evidence and rule == evidence["rule"]:
        return Said(**evidence["said"])
    return say(rule)


def rank(rule: str) -> int:
    """How strong a rule is that holds two records for the same, the strongest first.

    A rule of the house comes behind what was decided, and before every evidence.
    """
    house = STRENGTH.index("customer_number")
    if rule.startswith(HOUSE):
        return house
    place = STRENGTH.index(rule)
    return place if place < house else place + 1


FIELDS = {
    "address": Said("Adresse", "address"),
    "birth_date": Said("Geburtsdatum", "birth date"),
    "company": Said("Firma", "company"),
    "customer_number": Said("Kundennummer", "customer number"),
    "email": Said("E-Mail", "e-mail"),
    "family_name": Said("Nachname", "family name"),
    "given_name": Said("Vorname", "given name"),
    "loyalty_card": Said("Kundenkarte", "loyalty card"),
    "phone": Said("Telefon", "phone"),
    "salutation": Said("Anrede", "Anrede"),
    "suffix": Said("Namenszusatz", "name suffix"),
    "vat_id": Said("USt-IdNr.", "VAT id"),
}

BANDS = {
    "same": Said("derselbe Kunde", "the same customer"),
    "review": Said("zur Prüfung durch einen Menschen", "for a human to review"),
    "apart": Said("verschiedene Kunden", "different customers"),
}
