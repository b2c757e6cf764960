"""What a backend does not show of a customer: named, and carried on from what it once showed."""

from __future__ import annotations

from msgspec.structs import replace

from crmsync.model.customer import SourceCustomer
from crmsync.model.name import PersonName
from crmsync.normalize.fold import fold
from crmsync.normalize.remembered import remembered

_NAME_PARTS = frozenset(
    ("salutation", "titles", "given_name", "nobility", "family_name", "name_suffix", "name")
)
_UNTOLD = "company.told"
"""A hidden part of a visible company: it was found in the name, and goes with the name."""
_SAME_FIELDS = (
    "company", "vat_id", "birth_date", "language", "customer_number", "loyalty_card", "addresses",
    "contacts", "store", "since", "form", "pronunciation", "privileges", "marks", "wishes",
    "do_not_greet", "blocked", "deceased",
)  # fmt: skip


def hidden_fields(shown: frozenset[str], name: PersonName | None, company: str) -> tuple[str, ...]:
    """The fields the backend does not show; a name's Anrede and titles are told apart."""
    unsaid = name is not None and name.salutation is None
    untitled = name is not None and not name.titles
    return _not_shown(shown, bool(company), unsaid, untitled)


@remembered(1024)
def _not_shown(
    shown: frozenset[str], company: bool, unsaid: bool, untitled: bool
) -> tuple[str, ...]:
    """Remembered: the records of a backend show the same few sets of fields."""
    hidden = [field for field in _SAME_FIELDS if field not in shown]
    if company and "company" not in shown:
        hidden[hidden.index("company")] = _UNTOLD
    if not shown & _NAME_PARTS:
        hidden.append("name")
        if not shown & {"company", "kind"}:
            hidden.append("kind")
        return tuple(hidden)
    if unsaid and "salutation" not in shown:
        hidden.append("name.salutation")
    if untitled and "titles" not in shown:
        hidden.append("name.titles")
    return tuple(hidden)


def carry_hidden(new: SourceCustomer, old: SourceCustomer) -> SourceCustomer:
    """`new`, with the values of `old` in every field that `new` does not show.

    What either has shown is known, so only what both hide stays hidden. Carrying again changes
    nothing. Anrede and titles are carried only while the given name stays the same, and a firm's
    name that stood in the name only while no other name is told.
    """
    if not new.hidden:
        return new
    if _UNTOLD in old.hidden and "name" not in new.hidden:
        old = replace(old, company="", hidden=(*old.hidden, "company"))
    known = [field for field in new.hidden if "." not in field and field not in old.hidden]
    fields = {field: getattr(old, field) for field in known}
    same = _same_person(new.name, old.name)
    if same and new.name is not None and old.name is not None:
        fields["name"] = _carried_name(new.name, old.name, new.hidden)
    return replace(new, **fields, hidden=_still_hidden(new, old, same=same))


def _same_person(new: PersonName | None, old: PersonName | None) -> bool:
    """Whether the given name stayed: another one's Anrede and titles are another person's."""
    return new is not None and old is not None and fold(new.given) == fold(old.given)


def _carried_name(new: PersonName, old: PersonName, hidden: tuple[str, ...]) -> PersonName:
    """`new` with the Anrede and titles of `old` where they are not visible."""
    salutation = old.salutation if "name.salutation" in hidden else new.salutation
    titles = old.titles if "name.titles" in hidden else new.titles
    return replace(new, salutation=salutation, titles=titles)


def _still_hidden(new: SourceCustomer, old: SourceCustomer, *, same: bool) -> tuple[str, ...]:
    """What both hide, where a hidden name hides its parts too."""

    def hides(hidden: tuple[str, ...], field: str) -> bool:
        return field in hidden or field.partition(".")[0] in hidden

    def stays(part: str) -> bool:
        return part == _UNTOLD or not same

    kept = [f for f in new.hidden if hides(old.hidden, f) or ("." in f and stays(f))]
    if "name" not in new.hidden:
        return tuple(kept)
    told = set() if "company" in new.hidden else {_UNTOLD}
    parts = [f for f in old.hidden if f not in kept and "." in f and f not in told]
    return (*kept, *parts)
