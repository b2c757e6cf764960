"""Names by the customs of a language; CLDR's own data are tested in tests/live."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.model.name import PersonName
from crmsync.normalize.personal.data import data
from crmsync.normalize.personal.formatter import format_name
from crmsync.normalize.personal.graphemes import capital_first, first_grapheme, upper
from crmsync.normalize.personal.locales import locale_of, maximal, script_of
from crmsync.normalize.personal.named import write_name

HEIDE = PersonName("frau", ("Dr.",), "Käthe", "M.", "von der", "Heide", "jun.")
NAGY = PersonName(given="Péter", family="Nagy", family_first=True)


@pytest.mark.parametrize(
    "name, how, text",
    [
        (HEIDE, {"language": "de"}, "Käthe M. von der Heide jun."),
        (HEIDE, {"language": "de", "length": "long"}, "Dr. Käthe M. von der Heide jun."),
        (HEIDE, {"language": "de", "order": "sorting"}, "Heide, Käthe M. von der"),
        (HEIDE, {"language": "de-AT", "usage": "addressing"}, "Dr. von der Heide"),
        (HEIDE, {"language": "de", "usage": "monogram", "length": "long"}, "KMV"),
        (NAGY, {"language": "hu"}, "Nagy Péter"),
        (NAGY, {"language": "en", "name_language": "hu", "order": "givenFirst"}, "Péter Nagy"),
        (PersonName(given="小明", family="王", family_first=True), {"language": "de"}, "王小明"),
        (PersonName(given="晋三", family="安倍"), {"language": "ja", "name_language": "ja"},
         "安倍晋三"),
        (PersonName(given="Albert", family="Einstein"), {"language": "ja"}, "Albert Einstein"),
        (PersonName(family="Suharto"), {"language": "de"}, "Suharto"),
        (PersonName(given="Suharto"), {"language": "de", "usage": "addressing"}, "Suharto"),
        (PersonName(given="Ali", family="Işık"), {"language": "tr", "usage": "monogram"}, "AI"),
        (PersonName(), {"language": "de"}, ""),
    ],
)  # fmt: skip
def test_a_name_is_written(name: PersonName, how: dict[str, Any], text: str) -> None:
    assert write_name(name, **how) == text


def test_the_language_of_a_name_gives_its_order() -> None:
    fields = {"given": "Tú", "surname": "Bùi"}
    assert format_name(fields, language="de", name_language="vi") == "Bùi, Tú"
    assert format_name(fields, language="de", name_language="de") == "Tú Bùi"
    assert format_name(fields, language="de") == "Tú Bùi"


@pytest.mark.parametrize(
    "tag, full", [("de", "de-Latn-DE"), ("zh_TW", "zh-Hant-TW"), ("sr", "sr-Cyrl-RS"),
                  ("und-Grek", "el-Grek-GR"), ("xx", "xx"), ("", "en-Latn-US")]
)  # fmt: skip
def test_likely_parts_of_a_locale(tag: str, full: str) -> None:
    assert maximal(locale_of(tag)).tag == full


@pytest.mark.parametrize(
    "text, script", [("Anna", "Latn"), ("4 -", "Zzzz"), ("Иван", "Cyrl"), ("(김", "Hang")]
)  # fmt: skip
def test_the_script_of_a_text(text: str, script: str) -> None:
    assert script_of(text) == script


def test_letters() -> None:
    assert first_grapheme("E\u0301mile") == "E\u0301"
    assert first_grapheme("क्षमा") == "क्ष"
    assert first_grapheme("") == ""
    assert upper("ali ışık", "tr") == "ALİ IŞIK"
    assert upper("Νίκος", "el") == "ΝΙΚΟΣ"
    assert capital_first("ijsbrand", "nl") == "IJsbrand"
    assert capital_first("van den Berg", "de") == "Van den Berg"


@given(st.sampled_from(sorted(data().locales)), st.text(max_size=12), st.text(max_size=12))
def test_no_name_is_too_odd(language: str, first: str, last: str) -> None:
    text = write_name(PersonName(given=first, family=last), language=language)
    assert bool(text.strip()) >= bool(first.split() and last.split())
