"""Greets by name: a table of real patterns of names, each with what is to be said."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.model.customer import Address, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.normalize.spoken import natural
from crmsync.till.greeting import greet, greeting_parts

AT = (Address(country="AT"),)


def person(salutation: Any = None, given: str = "", family: str = "", **more: Any) -> Any:
    """A customer; keys of the name go into the name, the others into the customer."""
    parts = {key: more.pop(key) for key in list(more) if key in PersonName.__struct_fields__}
    name = PersonName(salutation=salutation, given=given, family=family, **parts)
    return SourceCustomer(name=name, **more)


CASES: list[tuple[str, SourceCustomer, str]] = [
    # Anrede only as told
    ("frau", person("frau", "Anna", "Weber"), "Guten Tag, Frau Weber!"),
    ("herr", person("herr", "Jörg", "Müller"), "Guten Tag, Herr Müller!"),
    ("herr without first name", person("herr", "", "Groß"), "Guten Tag, Herr Groß!"),
    ("no anrede told", person(None, "Kim", "Schneider"), "Guten Tag, Kim Schneider!"),
    ("no anrede, a clear first name", person(None, "Andrea", "Rossi"), "Guten Tag, Andrea Rossi!"),
    ("divers", person("divers", "Kim", "Schneider"), "Guten Tag, Kim Schneider!"),
    ("divers with title", person("divers", "Kim", "Roth", titles=("Dr.",)),
     "Guten Tag, Dr. Kim Roth!"),
    ("family name alone", person(None, "", "Schneider"), "Guten Tag!"),
    ("divers, family name alone", person("divers", "", "Schneider"), "Guten Tag!"),
    ("no name", SourceCustomer(), "Guten Tag!"),
    ("empty name", person("frau"), "Guten Tag!"),
    # titles
    ("doctor", person("frau", "Käthe", "Müller-Lüdenscheidt", titles=("Dr.",)),
     "Guten Tag, Frau Dr. Müller-Lüdenscheidt!"),
    ("Dr.-Ing. with nobility",
     person("frau", "Ursula", "Weißenberg-Müller", titles=("Dr.-Ing.",), nobility="von der"),
     "Guten Tag, Frau Dr. von der Weißenberg-Müller!"),
    ("Dr. med.", person("herr", "Ali", "Öztürk", titles=("Dr. med.",)),
     "Guten Tag, Herr Dr. Öztürk!"),
    ("Dr.med.dent. without blanks", person("frau", "Eva", "Klug", titles=("Dr.med.dent.",)),
     "Guten Tag, Frau Dr. Klug!"),
    ("two doctors", person("frau", "Eva", "Klug", titles=("Dr.", "Dr.")),
     "Guten Tag, Frau Dr. Klug!"),
    ("Dr. Dr. h.c. in one", person("herr", "Max", "Brandt", titles=("Dr. Dr. h.c.",)),
     "Guten Tag, Herr Dr. Brandt!"),
    ("Dr. h.c.", person("herr", "Max", "Brandt", titles=("Dr. h.c.",)),
     "Guten Tag, Herr Dr. Brandt!"),
    ("professor", person("frau", "Ines", "Hahn", titles=("Prof.",)), "Guten Tag, Frau Prof. Hahn!"),
    ("Prof. Dr. Dr. h.c.",
     person("herr", "Hans", "Jäger", titles=("Prof.", "Dr.", "Dr. h.c.")),
     "Guten Tag, Herr Prof. Jäger!"),
    ("professor told last", person("herr", "Hans", "Jäger", titles=("Dr.", "Prof.")),
     "Guten Tag, Herr Prof. Jäger!"),
    ("Univ.-Prof.", person("frau", "Ida", "Pohl", titles=("Univ.-Prof.", "Dr.")),
     "Guten Tag, Frau Prof. Pohl!"),
    ("Jun.-Prof.", person("frau", "Ida", "Pohl", titles=("Jun.-Prof. Dr.",)),
     "Guten Tag, Frau Prof. Pohl!"),
    ("PD Dr.", person("herr", "Uwe", "Kern", titles=("PD", "Dr.")), "Guten Tag, Herr Dr. Kern!"),
    ("title in full", person("frau", "Ute", "Lang", titles=("Professor", "Doktor")),
     "Guten Tag, Frau Prof. Lang!"),
    ("Dr. rer. nat.", person("frau", "Ute", "Lang", titles=("Dr. rer. nat.",)),
     "Guten Tag, Frau Dr. Lang!"),
    ("Ph.D.", person("frau", "Ute", "Lang", titles=("Ph.D.",)), "Guten Tag, Frau Dr. Lang!"),
    ("Dipl.-Ing. is not said", person("herr", "Udo", "Stein", titles=("Dipl.-Ing.",)),
     "Guten Tag, Herr Stein!"),
    ("Dipl.-Ing. beside a doctor", person("herr", "Udo", "Stein", titles=("Dr.", "Dipl.-Ing.")),
     "Guten Tag, Herr Dr. Stein!"),
    ("Dipl.-Kfm. is not said", person("herr", "Udo", "Stein", titles=("Dipl.-Kfm.",)),
     "Guten Tag, Herr Stein!"),
    ("M.Sc. is not said", person("frau", "Lea", "Fuchs", titles=("M.Sc.",)),
     "Guten Tag, Frau Fuchs!"),
    ("RA is not said", person("frau", "Lea", "Fuchs", titles=("RAin",)), "Guten Tag, Frau Fuchs!"),
    ("drs. is no doctor", person("herr", "Piet", "Bakker", titles=("drs.",)),
     "Guten Tag, Herr Bakker!"),
    ("Mag. in Germany", person("frau", "Eva", "Huber", titles=("Mag.",)),
     "Guten Tag, Frau Huber!"),
    ("Mag. in Austria", person("frau", "Eva", "Huber", titles=("Mag.",), addresses=AT),
     "Guten Tag, Frau Mag. Huber!"),
    ("Dipl.-Ing. in Austria", person("herr", "Max", "Huber", titles=("Dipl.-Ing.",), addresses=AT),
     "Guten Tag, Herr DI Huber!"),
    ("Mag. Dr. in Austria", person("herr", "Max", "Huber", titles=("Mag.", "Dr."), addresses=AT),
     "Guten Tag, Herr Dr. Huber!"),
    ("title without anrede", person(None, "Toni", "Beck", titles=("Prof.", "Dr.")),
     "Guten Tag, Prof. Toni Beck!"),
    # nobility, particles, suffixes
    ("von", person("herr", "Max", "Mustermann", nobility="von"), "Guten Tag, Herr von Mustermann!"),
    ("von und zu", person("frau", "Eva", "Tann", nobility="von und zu der"),
     "Guten Tag, Frau von und zu der Tann!"),
    ("Freiherr von", person("herr", "Carl", "Aufseß", nobility="Freiherr von"),
     "Guten Tag, Freiherr von Aufseß!"),
    ("Gräfin", person("frau", "Marie", "Dornfeld", nobility="Gräfin"),
     "Guten Tag, Gräfin Dornfeld!"),
    ("Dr. Graf von", person("herr", "Otto", "Ehrenfels", nobility="Graf von", titles=("Dr.",)),
     "Guten Tag, Herr Dr. Graf von Ehrenfels!"),
    ("Dutch particle", person("herr", "Jan", "Berg", nobility="van den"),
     "Guten Tag, Herr van den Berg!"),
    ("French particle", person("frau", "Claire", "Fontaine", nobility="de la"),
     "Guten Tag, Frau de la Fontaine!"),
    ("Italian particle", person("herr", "Luca", "Vecchia", nobility="Della"),
     "Guten Tag, Herr Della Vecchia!"),
    ("junior is not said", person("herr", "Peter", "Kraus", suffix="jun."),
     "Guten Tag, Herr Kraus!"),
    # spelling and case
    ("MUELLER", person("herr", "JUERGEN", "MUELLER"), "Guten Tag, Herr Mueller!"),
    ("Mueller stays Mueller", person("frau", "Ute", "Mueller"), "Guten Tag, Frau Mueller!"),
    ("capitals, double name", person("frau", "EVA", "MÜLLER-LÜDENSCHEIDT"),
     "Guten Tag, Frau Müller-Lüdenscheidt!"),
    ("capitals with particle", person("frau", "EVA", "HEIDE", nobility="VON DER"),
     "Guten Tag, Frau von der Heide!"),
    ("particle in the family name", person("frau", "EVA", "VON DER HEIDE"),
     "Guten Tag, Frau von der Heide!"),
    ("small letters", person(None, "anna", "groß-umstadt"), "Guten Tag, Anna Groß-Umstadt!"),
    ("capital sharp s", person("herr", "UWE", "WEIẞ"), "Guten Tag, Herr Weiß!"),
    ("apostrophe", person("frau", "AOIFE", "O'NEILL"), "Guten Tag, Frau O'Neill!"),
    ("mixed case stays", person("herr", "Ian", "McDonald"), "Guten Tag, Herr McDonald!"),
    # other cultures, by the fields of the name
    ("Turkish", person("frau", "Ayşe", "Yılmaz"), "Guten Tag, Frau Yılmaz!"),
    ("Turkish without anrede", person(None, "Söğüt", "Çelik"), "Guten Tag, Söğüt Çelik!"),
    ("Turkish capitals", person(None, "ALİ", "DEMİRCİ"), "Guten Tag, Ali Demirci!"),
    ("Polish", person("frau", "Małgorzata", "Wiśniewska"), "Guten Tag, Frau Wiśniewska!"),
    ("Spanish, two surnames", person("herr", "Gabriel", "García Márquez"),
     "Guten Tag, Herr García Márquez!"),
    ("Spanish with y", person(None, "Pilar", "Ortega y Ruiz"), "Guten Tag, Pilar Ortega y Ruiz!"),
    ("Vietnamese", person(None, "Thị Lan", "Nguyễn", family_first=True),
     "Guten Tag, Nguyễn Thị Lan!"),
    ("Vietnamese with anrede", person("frau", "Thị Lan", "Nguyễn", family_first=True),
     "Guten Tag, Frau Nguyễn!"),
    ("Vietnamese Văn is no particle", person(None, "VĂN TÚ", "BÙI", family_first=True),
     "Guten Tag, Bùi Văn Tú!"),
    ("Hungarian", person(None, "Anna", "Nagy", family_first=True), "Guten Tag, Nagy Anna!"),
    ("Chinese", person("herr", "Xiaoming", "Wang", family_first=True), "Guten Tag, Herr Wang!"),
    ("mononym", person(None, "Suharto", ""), "Guten Tag, Suharto!"),
    ("mononym with anrede", person("herr", "", "Suharto"), "Guten Tag, Herr Suharto!"),
    ("first name and anrede only", person("frau", "Ayu", ""), "Guten Tag, Ayu!"),
    ("Greek letters", person("herr", "Γιώργος", "Παπαδόπουλος"), "Guten Tag, Herr Παπαδόπουλος!"),
    # firms, couples, families
    ("firm", SourceCustomer(kind="firm", company="Bäckerei Groß GmbH"), "Guten Tag!"),
    ("firm with contact person", person("frau", "Eva", "Lenz", kind="firm", company="Lenz KG"),
     "Guten Tag, Frau Lenz!"),
    ("firm in the anrede, contact person named",
     person("firma", "Yusuf", "Işık", kind="firm", company="Hotel Quittenhof GmbH"),
     "Guten Tag, Yusuf Işık!"),
    ("firm in the anrede", person("firma", "", "Groß GmbH", kind="firm"), "Guten Tag!"),
    ("couple told with both", person("paar", "", "Schmidt", kind="couple"),
     "Guten Tag, Frau Schmidt, Herr Schmidt!"),
    ("Eheleute", person("familie", "Petra und Klaus", "Schmidt", kind="couple"),
     "Guten Tag, Familie Schmidt!"),
    ("couple without anrede", person(None, "Petra & Klaus", "Schmidt", kind="couple"),
     "Guten Tag, Familie Schmidt!"),
    ("family", person("familie", "", "Öztürk"), "Guten Tag, Familie Öztürk!"),
    ("noble family", person("familie", "", "Tann", nobility="von der"),
     "Guten Tag, Familie von der Tann!"),
    ("couple without surname", person(None, "Petra und Klaus", "", kind="couple"), "Guten Tag!"),
    # du
    ("du chosen by the customer", person("frau", "Anna", "Weber", form="du"), "Hallo, Anna!"),
    ("du, double first name", person(None, "Hans-Peter", "Weber", form="du"),
     "Hallo, Hans-Peter!"),
    ("du leaves titles out", person("frau", "Anna", "Weber", form="du", titles=("Dr.",)),
     "Hallo, Anna!"),
    ("du without first name", person("frau", "", "Weber", form="du"), "Hallo!"),
    ("du, couple", person("familie", "Petra und Klaus", "Schmidt", kind="couple", form="du"),
     "Hallo, Petra und Klaus!"),
    ("du, family", person("familie", "", "Schmidt", form="du"), "Hallo, Familie Schmidt!"),
    ("du, Vietnamese", person(None, "Lan", "Nguyễn", family_first=True, form="du"), "Hallo, Lan!"),
    # unsure
    ("cut out of free text", person("frau", "Anna", "Weber", sure=False), "Guten Tag!"),
    ("unsure without anrede", person(None, "Weber", "Anna", sure=False), "Guten Tag!"),
    ("unsure with du", person(None, "Weber", "Anna", sure=False, form="du"), "Hallo!"),
    ("cash customer", person(None, "", "Barverkauf"), "Guten Tag!"),
    ("unknown", person("herr", "", "Unbekannt"), "Guten Tag!"),
    ("N.N.", person("frau", "N.N.", "Weber"), "Guten Tag!"),
    ("an e-mail in the name", person("frau", "", "a.weber@example.org"), "Guten Tag!"),
    ("a number in the name", person("herr", "Max", "Weber 2"), "Guten Tag!"),
    ("too long to be a name", person("frau", "Eva", "Lang" * 20), "Guten Tag!"),
    # English as a second language
    ("English, frau", person("frau", "Emma", "Clarke", language="en"),
     "Good afternoon, Ms Clarke!"),
    ("English, herr", person("herr", "Tom", "Reed", language="en-GB"), "Good afternoon, Mr Reed!"),
    ("English, doctor", person("frau", "Emma", "Clarke", language="en", titles=("Dr.",)),
     "Good afternoon, Dr Clarke!"),
    ("English, professor", person("herr", "Tom", "Reed", language="en", titles=("Prof.", "Dr.")),
     "Good afternoon, Professor Reed!"),
    ("English, neutral", person(None, "Sam", "Reed", language="en"), "Good afternoon, Sam Reed!"),
    ("English, family", person("familie", "", "Reed", language="en"),
     "Good afternoon, Family Reed!"),
    ("English, couple", person("paar", "", "Reed", language="en"),
     "Good afternoon, Ms Reed, Mr Reed!"),
    ("another language is German here", person("frau", "Ayşe", "Yılmaz", language="tr"),
     "Guten Tag, Frau Yılmaz!"),
    # nobody is greeted
    ("does not want to be greeted", person("frau", "Anna", "Weber", do_not_greet=True), ""),
    ("deceased", person("herr", "Otto", "Weber", deceased=True), ""),
    ("blocked", person("herr", "Otto", "Weber", blocked=True), ""),
    ("minor", person("herr", "Leo", "Weber", birth_date="2008-11-22"), ""),
    ("eighteen today", person("herr", "Leo", "Weber", birth_date="2008-11-21"),
     "Guten Tag, Herr Weber!"),
    ("birth date that is none", person("herr", "Leo", "Weber", birth_date="1980"),
     "Guten Tag, Herr Weber!"),
]  # fmt: skip


@pytest.mark.parametrize(
    "customer, line", [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_greet_says(customer: SourceCustomer, line: str) -> None:
    assert greet(customer, hour=12, as_of="2026-11-21").line == line


def test_the_names_of_the_cases_are_unique_and_many() -> None:
    assert len({case[0] for case in CASES}) == len(CASES) >= 80


@pytest.mark.parametrize(
    "hour, form, line",
    [
        (0, "sie", "Guten Morgen, Frau Weber!"),
        (9, "sie", "Guten Morgen, Frau Weber!"),
        (10, "sie", "Guten Tag, Frau Weber!"),
        (17, "sie", "Guten Tag, Frau Weber!"),
        (18, "sie", "Guten Abend, Frau Weber!"),
        (9, "du", "Guten Morgen, Anna!"),
        (17, "du", "Hallo, Anna!"),
        (18, "du", "Guten Abend, Anna!"),
    ],
)
def test_the_hour_chooses_the_opening(hour: int, form: Any, line: str) -> None:
    assert greet(person("frau", "Anna", "Weber"), hour=hour, form=form).line == line


@pytest.mark.parametrize("hour, opening", [(11, "morning"), (12, "afternoon"), (18, "evening")])
def test_the_hour_chooses_the_english_opening(hour: int, opening: str) -> None:
    line = greet(person("frau", "Anna", "Weber", language="en"), hour=hour).line
    assert line == f"Good {opening}, Ms Weber!"


def test_the_customers_form_overrides_the_shops() -> None:
    assert greet(person("frau", "Anna", "Weber", form="sie"), form="du").call == "Frau Weber"


def test_the_parts_know_neither_day_nor_hour() -> None:
    parts = greeting_parts(person("frau", "Anna", "Weber"), as_of="2026-11-21")
    assert parts == ("Frau Weber", "sie", "de")


@pytest.mark.parametrize("text", ["", "X", "de Vries", "McDonald", "Ng", "Lê"])
def test_natural_leaves_a_name_in_mixed_case_alone(text: str) -> None:
    assert natural(text) == text
