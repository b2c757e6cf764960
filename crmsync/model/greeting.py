"""A greeting in parts: what to call a customer, and how; day and hour come at the look-up."""

from __future__ import annotations

from typing import Literal, NamedTuple

Form = Literal["", "sie", "du"]


class GreetingParts(NamedTuple):
    """What a card keeps of a greeting.

    `call` is what to say ("Frau Dr. Müller-Lüdenscheidt"), '' to greet without a name. `form` is
    '' for whoever is not to be greeted at all. `language` is "de" or "en".
    """

    call: str = ""
    form: Form = ""
    language: str = "de"


class Greeting(NamedTuple):
    """A greeting ready to be said: `line` is "Guten Morgen, Frau Weber!"; both '' for nobody."""

    call: str = ""
    line: str = ""
