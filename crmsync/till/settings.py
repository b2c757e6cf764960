"""What a controller decides about its tills: on which basis cards exist, and how they greet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crmsync.config import Settings
from crmsync.errors import ConfigError
from crmsync.model.greeting import Form
from crmsync.till.allowed import DENIED, WISHES

Basis = Literal["consent", "contract", "legitimate_interest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TillSettings:
    """The till of one controller.

    `basis` is what a card needs (DSGVO Art. 6(1) a, b or f): a granted till_greeting consent, the
    contract of a loyalty card, or a legitimate interest, whose weighing `note` must name. `form`
    is the shop's choice. `denied` are words of categories never shown, `wishes` those that may be.
    ConfigError for a legitimate interest without a note.
    """

    basis: Basis = "consent"
    note: str = ""
    form: Form = "sie"
    denied: tuple[str, ...] = DENIED
    wishes: tuple[str, ...] = WISHES

    def __post_init__(self) -> None:
        if self.basis == "legitimate_interest" and not self.note.strip():
            raise ConfigError(
                "till_basis is legitimate_interest, but till_note is empty.",
                hint="Write where the weighing of interests (DSGVO Art. 6(1) f) is kept.",
            )


def tills(settings: Settings) -> dict[str, TillSettings]:
    """The tills that crmsync.toml describes, by controller; what it denies is added to ours."""
    denied = (*DENIED, *settings.crmsync.deny_categories)
    return {
        name: TillSettings(
            basis=controller.till_basis,
            note=controller.till_note,
            form=controller.form,
            denied=denied,
            wishes=(*WISHES, *controller.till_wishes),
        )
        for name, controller in settings.controllers.items()
    }
