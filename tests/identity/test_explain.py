"""Every pair can be explained, in German and English, without a personal value."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.errors import ConfigError
from crmsync.identity.explain import explain
from crmsync.identity.rules import FIELDS, RULES

Book = Any
NUMBERS = {"crm": "main", "erp": "main"}


def ask(book: Book, a: str, b: str) -> Any:
    with book.store.read() as work:
        return explain(work, book.ref(a), book.ref(b), numbers=NUMBERS)


def test_a_merge_is_explained_in_both_languages(book: Book) -> None:
    book.put("crm/1", "Anna Müller", email="anna@example.org", phone="+4930123456")
    book.put("shop/1", "Anna Mueller", email="anna@example.org", phone="+4930999999")
    book.resolve()
    found = ask(book, "crm/1", "shop/1")
    assert found.together
    assert found.de == (
        "crm/customers/1 und shop/customers/1: derselbe Kunde. "
        "Regel: gleiche E-Mail-Adresse und passender Name. "
        "Gleich: E-Mail, Nachname, Vorname. Verschieden: Telefon."
    )
    assert found.en == (
        "crm/customers/1 and shop/customers/1: the same customer. "
        "Rule: the same e-mail, a fitting name. "
        "Equal: e-mail, family name, given name. Different: phone."
    )


def test_records_bound_by_others_are_explained_by_the_way(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("erp/1", "Anna Keller", email="anna@example.org", phone="+4930123456")
    book.put("shop/1", "Anna Keller", phone="+4930123456")
    book.resolve()
    found = ask(book, "shop/1", "crm/1")
    assert found.together
    assert found.verdict.rule == "no_evidence"
    assert [str(ref) for ref in found.via] == [
        "shop/customers/1", "erp/customers/1", "crm/customers/1",
    ]  # fmt: skip
    assert "verbunden über shop/customers/1 – erp/customers/1 – crm/customers/1." in found.de


def test_father_and_son_explain_themselves(book: Book) -> None:
    book.put("crm/1", "Karl Huber", at="80331 tal 3", email="k@example.org")
    book.put("shop/1", "Karl Huber", at="80331 tal 3", email="karl@example.org")
    book.resolve()
    found = ask(book, "crm/1", "shop/1")
    assert not found.together
    assert found.verdict.band == "review"
    assert found.verdict.differ == ("email",)
    assert "Vater und Sohn" in found.de
    assert "father and son" in found.en


def test_a_placeholder_and_two_strangers_are_explained(book: Book) -> None:
    for place, initial in enumerate("ABCDEFGHIJ"):
        book.put(f"erp/{place}", f"{initial}nton Huber", email="kein@kunde.example")
    book.put("crm/1", "Olga Petersen", email="olga@example.org")
    book.resolve()
    assert ask(book, "erp/0", "erp/1").verdict.rule == "placeholder"
    assert ask(book, "erp/0", "crm/1").verdict.rule == "no_evidence"


def test_controllers_are_named_as_the_reason(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", controller="Muster GmbH")
    book.put("shop/1", "Anna Keller", email="anna@example.org", controller="Andere AG")
    book.resolve()
    assert ask(book, "crm/1", "shop/1").verdict.rule == "other_controller"


def test_what_is_not_resolved_yet_is_explained_by_its_facts(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("shop/1", "Anna Keller", email="anna@example.org")
    found = ask(book, "crm/1", "shop/1")
    assert (found.verdict.band, found.together) == ("same", False)


def test_no_personal_value_is_in_an_explanation_or_in_the_evidence(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", birth_date="1980-02-03")
    book.put("shop/1", "Anna Wolf", email="anna@example.org", birth_date="1991-07-03")
    book.resolve()
    found = ask(book, "crm/1", "shop/1")
    with book.store.read() as work:
        from crmsync.store import links

        evidence = [row.evidence for row in links.pairs_in(work, "apart")]
    assert evidence
    for text in (found.de, found.en, *evidence):
        assert not any(value in text for value in ("Anna", "Keller", "example.org", "198"))


def test_a_record_that_is_not_there_cannot_be_explained(book: Book) -> None:
    book.put("crm/1", "Anna Keller")
    with pytest.raises(ConfigError, match="crm/customers/2"):
        ask(book, "crm/1", "crm/2")


def test_every_rule_and_field_is_said_in_two_languages() -> None:
    for said in (*RULES.values(), *FIELDS.values()):
        assert said.de
        assert said.en
