"""E-mail addresses: the fast path says what the library says, and roles are told."""

from __future__ import annotations

import pytest
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from crmsync.normalize.email import _SPECIAL, clean_email


@pytest.mark.parametrize(
    "raw, value",
    [
        ("Anna.Schmidt@Example.ORG", "anna.schmidt@example.org"),
        (" anna@example.org ", "anna@example.org"),
        ("anna+shop@example.org", "anna+shop@example.org"),
        ("mailto:anna@example.org", "anna@example.org"),
        ("Anna Schmidt <anna@example.org>", "anna@example.org"),
        ("anna@example.org;", "anna@example.org"),
        ("anna\u200b@example.org", "anna@example.org"),
        ("jürgen@müller-obst.example", "jürgen@xn--mller-obst-9db.example"),
        ("anna@MÜLLER.example", "anna@xn--mller-kva.example"),
        ("anna@xn--mller-kva.example", "anna@xn--mller-kva.example"),
        ("anna@example.test", "anna@example.test"),
        ("anna@localhost", ""),
        ("anna@firma.local", ""),
        ("anna@@example.org", ""),
        ("anna.example.org", ""),
        ("anna@example", ""),
        (".anna@example.org", ""),
        ("anna@-example.org", ""),
        ("a@example.org, b@example.org", ""),
        ("keine", ""),
        ("", ""),
    ],
)
def test_value(raw: str, value: str) -> None:
    assert clean_email(raw)[0] == value


@pytest.mark.parametrize(
    "local",
    ["info", "Kontakt", "office", "familie", "familie.schmidt", "familieschmidt", "fam-meier",
     "team", "buchhaltung", "info-berlin", "noreply", "service+shop", "büro"],
)  # fmt: skip
def test_role_mailboxes(local: str) -> None:
    assert clean_email(f"{local}@example.org") == (f"{local.lower()}@example.org", True)


@pytest.mark.parametrize("local", ["anna.info", "teamerin", "infolist", "post.anna", "famke"])
def test_private_mailboxes(local: str) -> None:
    assert clean_email(f"{local}@example.org") == (f"{local}@example.org", False)


_LABELS = st.text(alphabet="abcxyzABC019-", min_size=1, max_size=8)
_LOCALS = st.text(alphabet="abcXYZ019._+-'ü\" ", min_size=1, max_size=12)


@given(_LOCALS, st.lists(_LABELS, min_size=1, max_size=3))
def test_the_fast_path_agrees_with_the_library(local: str, labels: list[str]) -> None:
    raw = f"{local}@{'.'.join(labels)}".strip()
    try:
        found = validate_email(raw, check_deliverability=False, test_environment=True)
        expected = f"{found.local_part}@{found.ascii_domain}".casefold()
    except EmailNotValidError:
        expected = ""
    assert clean_email(raw)[0] == expected


@given(st.text())
def test_no_text_is_too_odd(raw: str) -> None:
    value, role = clean_email(raw)
    assert value == value.casefold()
    assert value or not role


def test_special_domains_are_those_of_the_library() -> None:
    assert {name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES} == _SPECIAL
