"""The till file: built at once, private, of the catchment, and searched with certainty or not."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crmsync.errors import ConfigError, StoreError
from crmsync.till.card import card_id
from crmsync.till.feed import TillFeed
from crmsync.till.tillfile import Now, TillFile
from tests.till.retailer import AS_OF, EXPIRES, OPEN, Retailer, opened, person

ROOT = Path(__file__).parents[2]


def found(till: TillFile, text: str) -> list[str]:
    """The names that a search brings, best first."""
    return [hit.card.n for hit in till.search(text)]


MUELLER = "Dr. Käthe Müller-Lüdenscheidt"


@pytest.mark.parametrize(
    "text, name",
    [
        # every spelling of an umlaut, ß, and accents
        ("Müller", MUELLER), ("mueller", MUELLER), ("muller", MUELLER), ("MÜLLER", MUELLER),
        ("mül", MUELLER), ("muel", MUELLER), ("mu", MUELLER), ("Mu\u0308ller", MUELLER),
        ("Möller", "Jörg Möller"), ("moeller", "Jörg Möller"), ("moller", "Jörg Möller"),
        ("weiß", "Eva Weiß"), ("weiss", "Eva Weiß"), ("WEISS", "Eva Weiß"),
        ("groß", "Ute Groß"), ("gross", "Ute Groß"), ("jäger", "Uwe Jäger"), ("jager", "Uwe Jäger"),
        ("yilmaz", "Ayşe Yılmaz"), ("Yılmaz", "Ayşe Yılmaz"), ("YILMAZ", "Ayşe Yılmaz"),
        ("sogut", "Emre Söğüt"), ("söğüt", "Emre Söğüt"), ("soeguet", "Emre Söğüt"),
        ("ayse", "Ayşe Yılmaz"), ("bui van", "Bùi Văn Tú"), ("van tu", "Bùi Văn Tú"),
        ("garcia", "Gabriel García Márquez"), ("marquez", "Gabriel García Márquez"),
        ("παπαδ", "Γιώργος Παπαδόπουλος"),
        # parts, order, titles, joined and split
        ("kät", MUELLER), ("lüdenscheidt", MUELLER), ("luedensch", MUELLER),
        ("müller-lüdenscheidt", MUELLER), ("müllerlüdenscheidt", MUELLER),
        ("Lüdenscheidt Käthe", MUELLER), ("kä mü", MUELLER), ("Frau Dr. Müller-Lüd", MUELLER),
        ("von der heide", "Anna von der Heide"), ("heide", "Anna von der Heide"),
        ("vonderheide", "Anna von der Heide"), ("Bäckerei", "Bäckerei Lenz KG (Ines Lenz)"),
        ("Familie Schmidt", "Petra und Klaus Schmidt"),
        # sounds and one typo
        ("jeger", "Uwe Jäger"), ("meier tom", "Tom Meyer"), ("mayer lea", "Lea Maier"),
        ("lüdenscheit", MUELLER), ("hayde", "Anna von der Heide"), ("muellre", MUELLER),
        ("mülller", MUELLER), ("ludenschedt", MUELLER), ("ylmaz", "Ayşe Yılmaz"),
        ("Yilmza", "Ayşe Yılmaz"), ("gabreil", "Gabriel García Márquez"), ("weis", "Eva Weiß"),
        # numbers
        ("290000012345", MUELLER), ("2900 0001 2345", MUELLER), ("K-200417", "Jörg Möller"),
        ("k200417", "Jörg Möller"), ("+49 171 2345678", MUELLER), ("0171/2345678", MUELLER),
        ("0049 171 2345678", MUELLER), ("491712345678", MUELLER), ("+49 (0)171 2345678", MUELLER),
        ("5678", MUELLER), ("müller 5678", MUELLER), ("weiß 10115", "Eva Weiß"),
        ("10115", "Eva Weiß"), ("weiß 1011", "Eva Weiß"), ("4711", "Ole Kurz"),
        ("kaethe.mueller@example.org", MUELLER), (" Kaethe.Mueller@Example.org ", MUELLER),
        ("+41 79 111 22 33", "Andrea Muller"),
    ],
)  # fmt: skip
def test_search_finds_first(till: TillFile, text: str, name: str) -> None:
    assert found(till, text)[0] == name


@pytest.mark.parametrize(
    "text", ["", " ", "m", "zzyzx", "0", "99", "+", "@", '"', "*", "a OR b NEAR", "' -- ", "ß\x00"]
)
def test_what_means_nothing_finds_nobody(till: TillFile, text: str) -> None:
    assert found(till, text) == []


def test_the_most_loyal_come_first(till: TillFile) -> None:
    assert found(till, "müller")[:3] == [MUELLER, "Juergen Mueller", "Andrea Muller"]


def test_a_whole_word_comes_before_its_beginning(retailer: Retailer, tmp_path: Path) -> None:
    retailer.put("often", person("frau", "Eva", "Hansen"), orders=50)
    retailer.put("once", person("herr", "Hans", "Beck"), orders=1)
    retailer.build(tmp_path / "till.db")
    with opened(tmp_path / "till.db") as till:
        assert found(till, "hans") == ["Hans Beck", "Eva Hansen"]
        assert found(till, "han") == ["Eva Hansen", "Hans Beck"]


@pytest.mark.parametrize(
    "text", ["2900 0001 2345", "K-200417", "0171 2345678", "kaethe.mueller@example.org"]
)
def test_a_unique_verified_key_of_one_person_is_certain(till: TillFile, text: str) -> None:
    (hit,) = till.search(text)
    assert hit.certain
    assert hit.greeting is not None
    assert hit.greeting.line == f"Guten Tag, {hit.card.call}!"


@pytest.mark.parametrize(
    "text",
    [
        "Müller-Lüdenscheidt",  # a name, though only one has it
        "Dr. Käthe Müller-Lüdenscheidt",
        "5678",  # the end of a phone
        "weiß 10115",
        "4711",  # a short number may be anything
        "+41 79 111 22 33",  # not verified
        "030 77788899",  # a phone that two people share
        "290000018888",  # the card of a firm: who stands there?
    ],
)
def test_everything_else_is_not_certain_and_greets_nobody(till: TillFile, text: str) -> None:
    hits = till.search(text)
    assert hits
    assert [(hit.certain, hit.greeting) for hit in hits] == [(False, None)] * len(hits)


def test_a_couples_card_greets_the_couple_but_is_not_certain(till: TillFile) -> None:
    (hit,) = till.search("290000019999")
    assert not hit.certain
    assert hit.greeting is not None
    assert hit.greeting.line == "Guten Tag, Familie Schmidt!"


def test_who_does_not_want_it_is_found_and_not_greeted(till: TillFile) -> None:
    (hit,) = till.search("290000017777")
    assert (hit.card.n, hit.greeting) == ("Still Leise", None)


def test_namesakes_are_told_apart(till: TillFile) -> None:
    hits = till.search("anna weber")
    assert [hit.tell for hit in hits[:2]] == ["Ehrenfeld · Tel. …67", "Nippes · Tel. …89"]
    assert [hit.tell for hit in till.search("jörg möller")[:1]] == [""]


@pytest.mark.parametrize(
    "hour, line", [(9, "Guten Morgen"), (10, "Guten Tag"), (18, "Guten Abend")]
)
def test_the_hour_of_the_search_chooses_the_greeting(till: TillFile, hour: int, line: str) -> None:
    (hit,) = till.search("290000012345", hour=hour)
    assert hit.greeting is not None
    assert hit.greeting.line == f"{line}, Frau Dr. Müller-Lüdenscheidt!"


def test_a_phone_shared_with_somebody_without_a_card_greets_nobody(
    retailer: Retailer, tmp_path: Path
) -> None:
    retailer.put("wife", person("frau", "Rosa", "Vogt", phone="+493077788899"))
    retailer.build(tmp_path / "till.db")
    with opened(tmp_path / "till.db") as till:
        assert [hit.certain for hit in till.search("030 77788899")] == [True]
        retailer.put("husband", person("herr", "Karl", "Vogt", phone="+493077788899", blocked=True))
        retailer.build(tmp_path / "till.db")
        assert [hit.certain for hit in till.search("030 77788899")] == [False]


def test_a_file_holds_the_catchment_of_its_store(retailer: Retailer, tmp_path: Path) -> None:
    retailer.shop("k1", "Filiale Ehrenfeld", "50823")
    retailer.put("near", person("frau", "Nah", "Wohnt", plz="50825"))
    retailer.put("far", person("frau", "Fern", "Wohnt", plz="80331"))
    retailer.put("shopper", person("herr", "Kauft", "Hier", plz="80331"))
    retailer.buy("shopper", "k1", "2026-11-03")
    counts = retailer.build(tmp_path / "till.db", store_key="k1")
    assert counts[:2] == (2, 1)
    with opened(tmp_path / "till.db") as till:
        assert found(till, "wohnt") == ["Nah Wohnt"]
        assert found(till, "kauft") == ["Kauft Hier"]
    assert retailer.build(tmp_path / "till.db")[:2] == (3, 0)
    assert retailer.build(tmp_path / "till.db", controller="other")[:2] == (0, 0)


def test_no_till_sees_the_customers_of_two_companies(retailer: Retailer, tmp_path: Path) -> None:
    retailer.feed = TillFeed({"kaufhaus": OPEN, "other": OPEN})
    retailer.put("a", person("frau", "Anna", "Weber"))
    retailer.put("b", person("herr", "Ben", "Weber"), controller="other")
    with pytest.raises(ConfigError, match="kaufhaus, other"):
        retailer.build(tmp_path / "till.db")
    retailer.build(tmp_path / "till.db", controller="other")
    with opened(tmp_path / "till.db") as till:
        assert found(till, "weber") == ["Ben Weber"]


def test_the_file_is_private_and_replaced_at_once(retailer: Retailer, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    retailer.put("a", person("frau", "Anna", "Weber"))
    retailer.build(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with opened(path) as till:
        assert found(till, "weber") == ["Anna Weber"]
        retailer.put("a", person("frau", "Anna", "Jansen"))
        retailer.build(path)
        assert found(till, "weber") == []
        assert found(till, "jansen") == ["Anna Jansen"]
    assert [file.name for file in tmp_path.iterdir() if "till" in file.name] == ["till.db"]


def test_nothing_typed_and_no_number_stands_in_clear(retailer: Retailer, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    told = {"birth_date": "1980-02-29", "loyalty_card": "290000012345"}
    points = {"phone": "+491712345678", "email": "anna.weber@example.org"}
    retailer.put("a", person("frau", "Anna", "Weber", **told, **points))
    retailer.build(path)
    content = path.read_bytes()
    for secret in ("1712345678", "anna.weber@", "290000012345", "1980-02-29", "example.org"):
        assert secret.encode() not in content


def test_an_erased_customer_leaves_no_byte(retailer: Retailer, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    retailer.put("a", person("frau", "Xanthippe", "Zwölfender"))
    retailer.put("b", person("frau", "Anna", "Weber"))
    retailer.build(path)
    assert b"xanthippe" in path.read_bytes()
    retailer.merge("a", "b")
    retailer.build(path)
    assert b"xanthippe" not in path.read_bytes().lower()
    assert b"zwolfender" not in path.read_bytes().lower()


def test_past_its_last_day_the_file_answers_nothing_and_is_gone(
    retailer: Retailer, tmp_path: Path
) -> None:
    path = tmp_path / "till.db"
    retailer.put("a", person("frau", "Anna", "Weber"))
    retailer.build(path)
    with opened(path) as till:
        assert len(till.search("weber", today=EXPIRES)) == 1
        assert till.search("weber", today="2026-11-25") == []
        assert not path.exists()
        assert till.search("weber") == []
        retailer.build(path)
        assert len(till.search("weber")) == 1


def test_the_wall_clock_is_asked_when_nothing_is_given(retailer: Retailer, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    retailer.put("a", person("frau", "Anna", "Weber", loyalty_card="290000012345"))
    retailer.build(path)
    with TillFile(path, clock=lambda: Now(AS_OF, 20)) as till:
        (hit,) = till.search("290000012345")
    assert hit.greeting is not None
    assert hit.greeting.line == "Guten Abend, Frau Weber!"


def test_what_is_no_till_file_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no till file"):
        TillFile(tmp_path / "absent.db")
    (tmp_path / "text.db").write_text("not a database, only a text", encoding="utf-8")
    with pytest.raises(StoreError, match="no till file"):
        TillFile(tmp_path / "text.db")


def test_a_file_of_another_version_is_said_in_words(retailer: Retailer, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    retailer.build(path)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE head SET value = '99' WHERE name = 'schema'")
    file.close()
    with pytest.raises(StoreError, match="another version"):
        TillFile(path)


def test_a_folder_that_cannot_be_written_is_said_in_words(
    retailer: Retailer, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        retailer.build(tmp_path / "absent" / "till.db")


def test_reading_needs_the_standard_library_alone(retailer: Retailer, tmp_path: Path) -> None:
    path = tmp_path / "till.db"
    retailer.put("a", person("frau", "Anna", "Weber", loyalty_card="290000012345"))
    retailer.build(path)
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from crmsync.till.tillfile import TillFile\n"
        f"till = TillFile({str(path)!r})\n"
        f"hits = till.search('290000012345', hour=9, today={AS_OF!r})\n"
        "print(hits[0].greeting.line)\n"
        f"print(till.search('Ana Webber', hour=9, today={AS_OF!r})[0].card.n)\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)"
        " - {'crmsync', '__main__'}))"
    )
    answer = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert answer.stdout.splitlines() == ["Guten Morgen, Frau Weber!", "Anna Weber", "[]"]


def test_a_search_makes_no_network_call(till: TillFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert found(till, "müller")


def test_the_file_gives_pseudonyms_not_ids(till: TillFile) -> None:
    (hit,) = till.search("290000012345")
    assert hit.card.id == card_id("mueller")
    assert "mueller" not in hit.card.id
