"""The verdict on pairs of faces: band, rule and weight, by evidence, guards and the model.

`clashes` says what forbids that two are one, whatever they share. `judge` lets numbers that name
one customer decide, then weighs everything; guards send to a human what no weight may decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmsync.identity.candidates import Pairs, any_bit
from crmsync.identity.faces import Columns
from crmsync.identity.levels import Flags, Levels, level
from crmsync.identity.rules import RULES
from crmsync.identity.weights import FORCED, Weights
from crmsync.model.pair import PairRule
from crmsync.model.words import Band

BANDS: tuple[Band, ...] = ("same", "review", "apart")
SAME, REVIEW, APART = range(3)
WORDS = tuple(RULES)
"""The rules by their numbers."""

NONE = -1
"""No clash."""

VERSION = 2
"""Of guards and thresholds: with another one everybody is compared anew, as with another model."""

ASKED = 40
"""Of two with a strong key in common a human is asked from here on: sixteen to one. Below it the
question costs more than the answer brings."""

CHANGED = 30
"""The same where a name or legal form may have changed, which a human may know: eight to one."""

GUARDED = 3
"""The same where a guard keeps two apart: better than even odds."""

RARE = 59
"""Two who share no strong key, but a name and a postal code, are one person from here on: sixty to
one. Below it the name is a common one, and the more customers there are, the more have it."""

_FAINT = ("initial_alone", "common_name")
"""Guards that ask nobody: no human could tell either."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Band, rule (a place in WORDS) and weight of each pair, what forbids it (a rule, or NONE), and
    whether the two share a strong key. Rules behind WORDS are those of the `house`."""

    band: NDArray[np.int8]
    rule: NDArray[np.int16]
    weight: NDArray[np.int32]
    clash: NDArray[np.int16]
    strong: Flags
    house: tuple[PairRule, ...] = ()


def rule(word: str) -> int:
    """The number of a rule."""
    return WORDS.index(word)


def _is(found: Levels, field: str, *names: str) -> Flags:
    told: Flags = found[field] == level(field, names[0])
    for name in names[1:]:
        told |= found[field] == level(field, name)
    return told


def clashes(found: Levels) -> NDArray[np.int16]:
    """The rule that forbids each pair to be one customer, or NONE."""
    firms = _is(found, "kind", "equal") & (found["is_firm"] != 0)
    known = _is(found, "given", "equal")
    called = _is(found, "given", "equal", "short", "nick")
    cases = [
        (_is(found, "kind", "firm"), "firm_and_person"),
        (_is(found, "kind", "couple"), "couple"),
        (firms & _is(found, "vat", "different"), "other_vat_id"),
        (firms & _is(found, "company", "different"), "other_company"),
        (firms & _is(found, "legal", "different"), "other_legal_form"),
        (~firms & _is(found, "birth", "different"), "other_birth_date"),
        (~firms & _is(found, "suffix", "different"), "other_suffix"),
        (~firms & _is(found, "given", "different"), "other_given_name"),
        (~firms & ~known & _is(found, "salutation", "different"), "other_salutation"),
        (~firms & ~called & _is(found, "family", "different"), "other_family_name"),
    ]
    return _first(cases, NONE, len(known))


_ASKS = ("other_company", "other_legal_form", "other_family_name")
"""What forbids a link, but a human may know better."""


def judge(faces: Columns, pairs: Pairs, found: Levels, model: Weights) -> Verdicts:
    """The verdicts on these pairs."""
    clash = clashes(found)
    weight = model.weigh(faces, found, pairs.a, pairs.b)
    shares = {kind: (pairs.shared & any_bit(kind)) != 0 for kind in "epoclvba"}
    strong = np.any(np.stack(list(shares.values())), axis=0)
    forced = shares["c"] | (shares["l"] & (found["is_firm"] == 0))
    forced |= (found["is_firm"] != 0) & strong & _is(found, "company", "equal")
    guard = _guards(found, shares, strong, weight)
    firm = found["is_firm"] != 0
    missing = _is(found, "given", "unknown") | _is(found, "family", "unknown")
    same = (clash == NONE) & (forced | (weight >= model.model.same) & (guard == NONE))
    likely = weight >= model.model.review
    changed = (clash != NONE) | _is(found, "family", "different")
    worth = weight >= np.where(guard == NONE, np.where(changed, CHANGED, ASKED), GUARDED)
    asks = np.isin(clash, [rule(word) for word in _ASKS]) & strong & (firm | worth)
    asks |= shares["c"] & np.isin(clash, [rule("other_given_name"), rule("firm_and_person")])
    faint = np.isin(guard, [rule(word) for word in _FAINT])
    doubt = (clash == NONE) & ~faint & (likely | strong & (firm | missing | worth))
    review = ~same & (asks | doubt)
    band = np.where(same, SAME, np.where(review, REVIEW, APART)).astype(np.int8)
    told = np.where(same, _proofs(found, shares), _doubts(found, shares, clash, guard))
    told = np.where((band == APART) & ((clash == NONE) | ~strong), rule("no_evidence"), told)
    weight = weight + np.where(same & forced, FORCED, 0).astype(np.int32)
    return Verdicts(band, told.astype(np.int16), weight, clash, strong)


def _guards(
    found: Levels, shares: dict[str, Flags], strong: Flags, weight: NDArray[np.int32]
) -> NDArray[np.int16]:
    """What a human must see, however much agrees."""
    person = found["is_firm"] == 0
    birth = _is(found, "birth", "equal")
    missing = _is(found, "given", "unknown") | _is(found, "family", "unknown")
    proof = shares["e"] | shares["o"] | shares["b"] | shares["v"] | birth
    against = _speaks_against(found) & ~proof
    initial = person & _is(found, "given", "initial")
    initial &= ~(shares["e"] | shares["b"] | shares["v"] | shares["l"] | birth)
    initial &= ~_is(found, "phone", "mobile")
    nearby = _is(found, "address", "code") & ~strong
    alone = _is(found, "birth", "year") & ~(shares["e"] | shares["o"] | shares["p"] | shares["a"])
    cases = [
        (~person & (found["company"] == 0), "name_missing"),
        (person & missing, "name_missing"),
        (person & _is(found, "suffix", "one") & ~birth, "suffix_on_one_side"),
        (person & alone & shares["b"], "new_year_birth"),
        (initial & (shares["p"] | shares["o"]), "phone_and_weak_name"),
        (initial, "initial_alone"),
        (person & nearby & (weight < RARE), "common_name"),
        (person & against & shares["p"], "namesakes_at_one_phone"),
        (person & against & shares["a"], "namesakes_at_one_address"),
    ]
    return _first(cases, NONE, len(person))


def _speaks_against(found: Levels) -> Flags:
    """Whether something that one person has once differs: Anrede, e-mail, mobile, number.

    One name at two domains of e-mail may be father and son as well.
    """
    against: Flags = (
        _is(found, "salutation", "different") | _is(found, "email", "different", "local")
        | _is(found, "number", "different") | (found["mobiles_differ"] != 0)
    )  # fmt: skip
    return against


def _proofs(found: Levels, shares: dict[str, Flags]) -> NDArray[np.int16]:
    """The strongest rule that holds two for the same."""
    firm = found["is_firm"] != 0
    married = _is(found, "family", "different") & _is(found, "birth", "equal")
    cases = [
        (shares["c"], "customer_number"), (shares["l"], "loyalty_card"), (shares["v"], "vat_id"),
        (firm, "company"), (married, "birth_date_and_contact"), (shares["b"], "birth"),
        (shares["e"], "email"), (shares["p"] | shares["o"], "phone"),
        (shares["a"], "name_and_address"),
    ]  # fmt: skip
    return _first(cases, rule("likely"), len(firm))


def _doubts(
    found: Levels, shares: dict[str, Flags], clash: NDArray[np.int16], guard: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Why two are not held for the same."""
    asks = np.isin(clash, [rule("other_given_name"), rule("firm_and_person")])
    phone = (shares["p"] | shares["o"]) & ~_is(found, "given", "equal")
    cases = [
        (shares["c"] & asks, "number_of_another"),
        (_is(found, "given", "doubt") & (clash == NONE), "given_name_in_doubt"),
        (_is(found, "family", "different") & (clash == NONE), "other_family_name"),
        (_is(found, "birth", "near") & (clash == NONE), "birth_near"),
        (phone & (clash == NONE) & (guard == NONE), "phone_and_weak_name"),
    ]
    told = np.where(clash != NONE, clash, np.where(guard != NONE, guard, rule("perhaps")))
    return _first(cases, told.astype(np.int16), len(told))


def _first(
    cases: list[tuple[Flags, str]], otherwise: int | NDArray[np.int16], count: int
) -> NDArray[np.int16]:
    """For each pair the first rule whose condition holds."""
    told = np.broadcast_to(np.asarray(otherwise, dtype=np.int16), (count,))
    return np.select([one for one, _ in cases], [rule(word) for _, word in cases], told).astype(
        np.int16
    )
