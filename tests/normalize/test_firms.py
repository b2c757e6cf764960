"""Firms are told from people by legal form and by words that no person is called."""

from __future__ import annotations

import pytest

from crmsync.normalize.firms import has_legal_form, looks_like_firm


@pytest.mark.parametrize(
    "text",
    ["Müller GmbH", "Müller GmbH & Co. KG", "MUELLER GMBH", "Schmidt AG", "Bau UG", "Weber e.K.",
     "Weber e. K.", "Sportverein Adler e.V.", "Schulz OHG", "Schulz & Klein GbR",
     "Huber Ges.m.b.H.", "Volksbank eG", "Acme Ltd.", "Acme Inc.", "Rossi S.r.l.",
     "Dupont S.A.", "Jansen B.V.",
     "Nordwind SE", "Kowalski Sp. z o.o.", "Handels-gGmbH", "Dach UG (haftungsbeschränkt)"],
)  # fmt: skip
def test_legal_forms(text: str) -> None:
    assert has_legal_form(text)
    assert looks_like_firm(text)


@pytest.mark.parametrize(
    "text",
    ["Firma Schmidt", "Fa. Schmidt", "Gebr. Schmidt", "Schmidt & Söhne", "Schmidt und Partner",
     "Löwen-Apotheke", "Zahnarztpraxis am Markt", "Stadtverwaltung Musterstadt", "Autohaus Weber"],
)  # fmt: skip
def test_firms_without_legal_form(text: str) -> None:
    assert looks_like_firm(text)
    assert not has_legal_form(text)


@pytest.mark.parametrize(
    "text",
    ["Anna Schmidt", "ANNA AS", "Se Park", "Peter Graf", "Agnes Kgosi", "B. V. Raman", "KG Müller",
     "Ingo Inck", "Anna & Peter Schmidt", "Eva Sohn", "Ugo Rossi", "Max Verein-Meier", ""],
)  # fmt: skip
def test_people(text: str) -> None:
    assert not looks_like_firm(text)
