"""Names: in fields or in one text, of many origins, and never a guess sold as knowledge."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.model.name import PersonName
from crmsync.normalize.fold import fold
from crmsync.normalize.freetext import parse_free_text, read_plain
from crmsync.normalize.names import is_couple, parse_name
from crmsync.normalize.who import who

N = PersonName


@pytest.mark.parametrize(
    "text, name",
    [
        ("Anna Schmidt", N(given="Anna", family="Schmidt")),
        ("Frau Anna Schmidt", N(salutation="frau", given="Anna", family="Schmidt")),
        ("Hr. Schmidt", N(salutation="herr", family="Schmidt")),
        ("Fr. Dr. Schmidt", N(salutation="frau", titles=("Dr.",), family="Schmidt")),
        ("Mr John Smith", N(salutation="herr", given="John", family="Smith")),
        ("Mueller, Juergen", N(given="Juergen", family="Mueller")),
        ("Müller, Frau Dr. Anna", N("frau", ("Dr.",), "Anna", family="Müller")),
        ("Schmidt, Peter, Dr.", N(titles=("Dr.",), given="Peter", family="Schmidt")),
        ("Peter Schmidt, MdB", N(given="Peter", family="Schmidt", suffix="MdB")),
        ("Peter Schmidt jun.", N(given="Peter", family="Schmidt", suffix="jun.")),
        ("Anna Weiss-Kern, Dr.", N(None, ("Dr.",), "Anna", family="Weiss-Kern")),
        ("Schmidt, jun., Peter", N(given="Peter", family="Schmidt", suffix="jun.")),
        ("Heide, Anna von der", N(given="Anna", nobility="von der", family="Heide")),
        ("anna von der heide", N(given="Anna", nobility="von der", family="Heide")),
        ("ANNA VON DER HEIDE", N(given="Anna", nobility="von der", family="Heide")),
        (
            "Dr.-Ing. Ursula von der Weißenberg-Müller",
            N(titles=("Dr.-Ing.",), given="Ursula", nobility="von der", family="Weißenberg-Müller"),
        ),
        (
            "Prof. Dr.med.dent. Karl-Heinz Freiherr von und zu Guttenberg",
            N(
                titles=("Prof.", "Dr. med. dent."),
                given="Karl-Heinz",
                nobility="Freiherr von und zu",
                family="Guttenberg",
            ),
        ),
        (
            "Herrn Prof. Dr. Dr. h.c. Max Muster",
            N("herr", ("Prof.", "Dr.", "Dr. h. c."), "Max", family="Muster"),
        ),
        ("DR. MED. ANNA MUELLER", N(titles=("Dr. med.",), given="Anna", family="Mueller")),
        ("Dr. Phil Collins", N(titles=("Dr.",), given="Phil", family="Collins")),
        ("Dipl.-Ing. (FH) Jens Krüger", N(None, ("Dipl.-Ing. (FH)",), "Jens", family="Krüger")),
        ("Mag. Eva Maier", N(titles=("Mag.",), given="Eva", family="Maier")),
        ("Otto Graf Lambsdorff", N(given="Otto", nobility="Graf", family="Lambsdorff")),
        ("Steffi Graf", N(given="Steffi", family="Graf")),
        ("Maria Prinzessin von Hessen", N(None, (), "Maria", "", "Prinzessin von", "Hessen")),
        ("Ludwig van Beethoven", N(given="Ludwig", nobility="van", family="Beethoven")),
        ("Jan van den Berg", N(given="Jan", nobility="van den", family="Berg")),
        ("Maria de la Cruz", N(given="Maria", nobility="de la", family="Cruz")),
        ("Anna M. Schmidt", N(given="Anna", additional="M.", family="Schmidt")),
        ("J. Schmidt", N(given="J.", family="Schmidt")),
        ("MUELLER Anna", N(given="Anna", family="Mueller")),
        ("Nguyễn Văn Anh", N(given="Văn Anh", family="Nguyễn", family_first=True)),
        ("Tran Thi Lan", N(given="Thi Lan", family="Tran", family_first=True)),
        ("Anna Schmidt geb. Müller", N(given="Anna", family="Schmidt", rest="geb. Müller")),
        ("Eheleute Anna und Peter Schmidt", N("familie", (), "Anna und Peter", family="Schmidt")),
        ("Herr und Frau Schmidt", N(salutation="paar", family="Schmidt")),
        ("Frau und Frau Schmidt", N(salutation="familie", family="Schmidt")),
        ("Familie Schmidt", N(salutation="familie", family="Schmidt")),
        ("Anna & Peter Schmidt", N(given="Anna und Peter", family="Schmidt")),
        ("Anna Schmidt und Peter Schmidt", N(given="Anna und Peter", family="Schmidt")),
    ],
)
def test_a_name_in_one_text_that_can_be_read_in_one_way(text: str, name: PersonName) -> None:
    assert parse_name(name=text) == name


@pytest.mark.parametrize(
    "text, full",
    [
        ("Schmidt Peter", "Schmidt Peter"),
        ("Nagy Péter", "Nagy Péter"),
        ("Kim Thomas", "Kim Thomas"),
        ("Wang Xiaoming", "Wang Xiaoming"),
        ("Ana García López", "Ana García López"),
        ("Anh Van Nguyen", "Anh Van Nguyen"),
        ("Van Morrison", "Van Morrison"),
        ("Anna Schmidt und Peter Müller", "Anna Schmidt und Peter Müller"),
        ("José Ortega y Gasset", "José Ortega y Gasset"),
        ("Müller & Schmidt", "Müller & Schmidt"),
        ("Herr Schmidt Peter", "Schmidt Peter"),
        ("Peter Schmidt (Nachbar)", "Peter Schmidt"),
        ("Peter Schmidt 2", "Peter Schmidt 2"),
        ("Cher", "Cher"),
        ("王小明", "王小明"),
        ("von der Heide", "von der Heide"),
    ],
)
def test_what_could_be_read_otherwise_is_unsure_and_keeps_its_order(text: str, full: str) -> None:
    name = parse_name(name=text)
    assert name is not None
    assert (name.full, name.sure) == (full, False)


@pytest.mark.parametrize(
    "given_name, family, name",
    [
        ("Anna", "Schmidt", N(given="Anna", family="Schmidt")),
        (
            "ANNA-LENA",
            "MÜLLER-LÜDENSCHEIDT",
            N(None, (), "Anna-Lena", "", "", "Müller-Lüdenscheidt"),
        ),
        ("anna", "müller", N(given="Anna", family="Müller")),
        ("John", "McDonald", N(given="John", family="McDonald")),
        ("JOHN", "MCDONALD", N(given="John", family="McDonald")),
        ("SEAN", "O'BRIEN", N(given="Sean", family="O'Brien")),
        ("K.-H.", "SCHMIDT", N(given="K.-H.", family="Schmidt")),
        ("Anna", "von der Heide", N(given="Anna", nobility="von der", family="Heide")),
        ("Anna", "Von Der Heide", N(given="Anna", nobility="von der", family="Heide")),
        ("Anna von der", "Heide", N(given="Anna", nobility="von der", family="Heide")),
        ("Karl", "Graf von Faber-Castell", N(None, (), "Karl", "", "Graf von", "Faber-Castell")),
        ("Peter", "Graf", N(given="Peter", family="Graf")),
        ("Maria", "De Luca", N(given="Maria", family="De Luca")),
        ("Văn Anh", "Nguyễn", N(given="Văn Anh", family="Nguyễn")),
        ("Nguyen", "Van Anh", N(given="Nguyen", family="Van Anh")),
        ("Dr. Anna", "Schmidt jun.", N(None, ("Dr.",), "Anna", family="Schmidt", suffix="jun.")),
        ("Frau Anna", "Schmidt", N(salutation="frau", given="Anna", family="Schmidt")),
        ("Anna und Peter", "Schmidt", N(given="Anna und Peter", family="Schmidt")),
        ("-", "Schmidt", N(family="Schmidt")),
        ("Cher", "", N(given="Cher")),
        ("", "Schmidt, Anna", N(given="Anna", family="Schmidt")),
        ("İPEK", "ÖZ", N(given="İpek", family="Öz")),
        ("null", "Null", N(family="Null")),
        ("Anna", "Null", N(given="Anna", family="Null")),
    ],
)
def test_a_name_in_fields(given_name: str, family: str, name: PersonName) -> None:
    assert parse_name(given=given_name, family=family) == name


@pytest.mark.parametrize(
    "fields",
    [
        {"given": "Müller", "family": "Müller"},
        {"family": "Anna Schmidt"},
        {"given": "Wang Xiaoming"},
    ],
)
def test_fields_that_hold_something_else_are_unsure(fields: dict[str, Any]) -> None:
    name = parse_name(**fields)
    assert name is not None
    assert not name.sure


@pytest.mark.parametrize(
    "salutation, told, titles",
    [
        ("Frau", "frau", ()),
        ("Herr", "herr", ()),
        ("Hr.", "herr", ()),
        ("mrs", "frau", ()),
        ("Frau Dr.", "frau", ("Dr.",)),
        ("Herr Prof. Dr.", "herr", ("Prof.", "Dr.")),
        ("Sehr geehrter Herr", "herr", ()),
        ("Herr und Frau", "paar", ()),
        ("Eheleute", "familie", ()),
        ("Familie", "familie", ()),
        ("divers", "divers", ()),
        ("w", "frau", ()),
        ("not_specified", None, ()),
        ("Hallo", None, ()),
        ("Dr.", None, ("Dr.",)),
        ("", None, ()),
        (None, None, ()),
    ],
)
def test_the_salutation_field(
    salutation: str | None, told: str | None, titles: tuple[str, ...]
) -> None:
    name = parse_name(salutation=salutation, given="Kim", family="Schneider")
    assert name is not None
    assert (name.salutation, name.titles) == (told, titles)


def test_an_anrede_is_never_concluded_from_a_given_name() -> None:
    for given_name in ("Anna", "Peter", "Andrea", "Luca", "Kim", "Ayşe", "Jürgen"):
        fields = parse_name(given=given_name, family="Schmidt")
        text = parse_name(name=f"Dr. {given_name} Schmidt")
        assert fields is not None
        assert text is not None
        assert fields.salutation is None
        assert text.salutation is None


def test_every_field_beside_the_names_is_taken_up() -> None:
    name = parse_name(
        titles="Prof. Dr. rer. nat.", given="Anna", nobility="von", family="Heide", suffix="MdB"
    )
    assert name == N(None, ("Prof.", "Dr. rer. nat."), "Anna", "", "von", "Heide", "MdB")
    assert name is not None
    assert name.display == "Prof. Dr. rer. nat. Anna von Heide MdB"


def test_an_unknown_title_is_kept_as_it_is_written() -> None:
    name = parse_name(titles="Kammersängerin", given="Anna", family="Heide")
    assert name is not None
    assert name.titles == ("Kammersängerin",)


def test_family_name_first_is_kept_in_fields_and_in_one_text() -> None:
    fields = parse_name(given="Gábor", family="Nagy", family_name_first=True)
    text = parse_name(name="Nagy Gábor", family_name_first=True)
    assert fields == text == N(given="Gábor", family="Nagy", family_first=True)
    assert text is not None
    assert text.full == "Nagy Gábor"


@pytest.mark.parametrize(
    "nothing",
    ["", " ", "-", "n/a", "k.A.", "unbekannt", "???", "xxx", "Frau", "Dr.", "info@example.org",
     "Müller GmbH", "Firma Schmidt", "Laufkundschaft", "NULL", "4711"],
)  # fmt: skip
def test_no_persons_name(nothing: str) -> None:
    assert parse_name(name=nothing) is None
    assert parse_name(family=nothing) is None


@pytest.mark.parametrize(
    "text, couple",
    [
        ("Eheleute Anna und Peter Schmidt", True),
        ("Familie Schmidt", True),
        ("Herr und Frau Schmidt", True),
        ("Anna & Peter Schmidt", True),
        ("Anna Schmidt und Peter Müller", True),
        ("Anna Schmidt", False),
        ("Karl-Theodor von und zu Guttenberg", False),
        ("Andreas Undt", False),
        ("José Ortega y Gasset", False),
    ],
)
def test_is_couple(text: str, couple: bool) -> None:
    name = parse_name(name=text)
    assert name is not None
    assert is_couple(name) is couple


_PIECES = st.lists(
    st.sampled_from(
        ["Dr.", "von", "der", "zu", "Graf", "Anna", "Müller", ",", "und", "&", "Herr", "Frau",
         "GmbH", "jun.", "(", ")", "geb.", "Van", "Nguyen", "SCHMIDT", "Prof", "med.", "-", "'",
         "Familie", "/", "Dipl.-", "Ing.", "ß", "İ", "4", "王"]
    ), max_size=8)  # fmt: skip


@settings(max_examples=500)
@given(_PIECES.map(" ".join))
def test_no_order_of_name_words_is_too_odd(text: str) -> None:
    for name in (parse_name(name=text), parse_name(given=text, family=text[::-1])):
        assert name is None or name.full.strip()


_GIVEN = st.sampled_from(
    ["Anna", "Karl-Heinz", "Jürgen", "Ayşe", "Łukasz", "María José", "Xiaoming"]
)
_FAMILY = st.sampled_from(
    ["Schmidt", "Müller-Lüdenscheidt", "von der Heide", "Graf von Stein", "García López", "Öztürk",
     "de la Cruz", "O'Brien", "El Amrani", "Wang", "Jr", "Thal und Hohenau", "Weber AG"]
)  # fmt: skip
_LEADING = st.sampled_from(["", "Frau", "Herr Dr.", "Dr. med.", "Eheleute", "Familie", "Ing."])
_TAIL = st.sampled_from(
    ["", " jun.", ", MBA", " geb. Lang", " (Empfang)", ", Hinterhaus, 3. Stock"]
)
_LANGUAGE = st.sampled_from(["", "hu", "es", "tr", "zh", "vi", "pl", "ru", "ja", "fr"])
_ANREDE = {"frau", "herr", "eheleute", "familie"}


@settings(max_examples=500)
@given(_LEADING, _GIVEN, _FAMILY, _TAIL, _LANGUAGE, st.booleans())
def test_no_word_is_lost(
    leading: str, first: str, last: str, tail: str, language: str, turned: bool
) -> None:
    names = f"{last}, {first}" if turned else f"{first} {last}"
    text = f"{leading} {names}{tail}".strip()
    found = who(None, None, None, None, None, None, None, text, None, None, language)
    name = found.name or N()
    parts = (*name.titles, name.full, name.rest, found.company)
    assert set(fold(text).split()) - set(fold(" ".join(parts)).split()) <= _ANREDE


@given(_GIVEN | _FAMILY, _FAMILY | _GIVEN)
def test_the_short_way_for_plain_names_says_what_the_long_one_says(one: str, other: str) -> None:
    text = f"{one} {other}"
    plain = read_plain(text, "")
    assert plain is None or plain == parse_free_text(text)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10))
def test_no_text_is_too_odd(one: str, other: str, third: str) -> None:
    name = parse_name(
        salutation=third, titles=third, given=one, family=other, suffix=third, name=third
    )
    assert name is None or isinstance(name, PersonName)


@given(
    st.sampled_from(["Anna", "Karl-Heinz", "Jürgen", "Marie Luise"]),
    st.sampled_from(["Schmidt", "Müller-Lüdenscheidt", "von der Heide", "Graf von Stein"]),
)
def test_comma_fields_and_shouting_all_give_one_name(given_name: str, family: str) -> None:
    name = parse_name(given=given_name, family=family)
    assert parse_name(name=f"{family}, {given_name}") == name
    assert parse_name(name=f"{given_name} {family}") == name
