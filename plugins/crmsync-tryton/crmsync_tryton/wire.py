"""From the fields of an intent to what Tryton writes: the party, and commands for its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.name import PersonName
from crmsync.normalize.names import parse_name
from crmsync_tryton.customers import CONTACT_KINDS
from crmsync_tryton.rows import children

Row = Mapping[str, Any]
Find = Callable[[str, str], int | None]
"""Finds the id of a country or a language, (model, code)."""

PARTS = {"titles": "titles", "given_name": "given", "nobility": "nobility",
         "family_name": "family", "name_suffix": "suffix"}  # fmt: skip
"""What Tryton keeps in one text, the name."""

PLACE = {"postal_code": "postal_code", "city": "city", "recipient": "party_name"}
STREET = ("street", "house_number")
FLAGS = {"billing": "invoice", "shipping": "delivery"}
"""The types of addresses that Tryton knows, with the modules account_invoice and stock."""

NOWHERE = "Tryton has no place for it"


def values(
    fields: Mapping[str, Any], whole: Mapping[str, Any], row: Row, find: Find, offered: set[str]
) -> dict[str, Any]:
    """What is to be written so that the party says what `fields` say; {} where it does already.

    `row` is what stands there now, {} for somebody new; `whole` completes a street; `offered` are
    the fields of this server's addresses. RecordError for a field that Tryton does not have.
    """
    found = _own(fields, row, find)
    found |= _commands("contact_mechanisms", _contacts(fields, row))
    found |= _commands("addresses", _addresses(fields, whole, row, find, offered))
    if "vat_id" in fields:
        found |= _commands("identifiers", _part(row, "identifiers", "code", "eu_vat",
                                                fields["vat_id"]))  # fmt: skip
    _require_places(fields)
    return found


def _require_places(fields: Mapping[str, Any]) -> None:
    known = {*PARTS, "name", "company", "customer_number", "language", "vat_id"}
    for name in fields:
        if name.partition(".")[0] not in ("contacts", "addresses") and name not in known:
            raise RecordError(NOWHERE, field=name)


def _own(fields: Mapping[str, Any], row: Row, find: Find) -> dict[str, Any]:
    found: dict[str, Any] = {}
    name = _name(fields, row)
    if name and name != row.get("name"):
        found["name"] = name
    if fields.get("customer_number") and fields["customer_number"] != row.get("code"):
        found["code"] = fields["customer_number"]
    if fields.get("language"):
        code = str(fields["language"])
        if code != (row.get("lang.") or {}).get("code"):
            found["lang"] = _known(find, "ir.lang", code, "language")
    return found


def _known(find: Find, model: str, code: str, field: str) -> int:
    found = find(model, code)
    if found is None:
        raise RecordError("Tryton does not have it", field=field)
    return found


def _name(fields: Mapping[str, Any], row: Row) -> str:
    """The whole name, with the parts that shall change; "" where none shall."""
    told = {part: fields[name] for name, part in PARTS.items() if name in fields}
    if fields.get("company"):
        if any(told.values()):
            raise RecordError("a party of Tryton has one name", field="company")
        return str(fields["company"])
    if fields.get("name") or not told:
        return str(fields.get("name") or "")
    known = parse_name(name=row.get("name") or None) or PersonName()
    parts = {part: _text(told.get(part, getattr(known, part))) for part in PARTS.values()}
    parts["given"] += f" {known.additional}"
    order = ("titles", "given", "nobility", "family", "suffix")
    return " ".join(" ".join(parts[part] for part in order).split())


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _commands(name: str, commands: list[Any]) -> dict[str, Any]:
    return {name: commands} if commands else {}


def _contacts(fields: Mapping[str, Any], row: Row) -> list[Any]:
    found = []
    for name, value in fields.items():
        start, _, kind = name.partition(".")
        if start == "contacts":
            if kind not in CONTACT_KINDS:
                raise RecordError(NOWHERE, field=name)
            found += _part(row, "contact_mechanisms", "value", kind, value)
    return found


def _part(row: Row, name: str, field: str, kind: str, value: Any) -> list[Any]:
    """The commands by which the first child of a kind has a value; none has, where it is None."""
    there = [one for one in children(row, name) if one.get("type") == kind]
    if not value:
        ids = [one["id"] for one in there]
        return [["write", ids, {"active": False}]] if ids else []
    if any(alike(one.get(field), value) for one in there):
        return []
    if there:
        return [["write", [there[0]["id"]], {field: value}]]
    return [["create", [{"type": kind, field: value}]]]


def alike(one: Any, other: Any) -> bool:
    """Whether two values reach the same person: without case, and numbers without spaces."""
    return _compact(one) == _compact(other)


def _compact(value: Any) -> str:
    return "".join(str(value or "").split()).casefold()


def _addresses(
    fields: Mapping[str, Any], whole: Mapping[str, Any], row: Row, find: Find, offered: set[str]
) -> list[Any]:
    kinds = dict.fromkeys(name.split(".")[1] for name in fields if name.startswith("addresses."))
    found = []
    for kind in kinds:
        there = _of_kind(kind, children(row, "addresses"))
        told = _place(kind, fields, whole, there or {}, find, offered)
        if there and told:
            found.append(["write", [there["id"]], told])
        elif any(told.values()):
            flag = FLAGS.get(kind)
            own = {flag: True} if flag in offered else {}
            if kind == "shipping" and not own:
                raise RecordError(NOWHERE, field="addresses.shipping")
            found.append(["create", [{**told, **own}]])
    return found


def _of_kind(kind: str, there: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The address that Tryton itself takes: the one marked for it, else the first; goods are sent
    nowhere else than where it is said."""
    flag = FLAGS.get(kind)
    marked = [one for one in there if flag and one.get(flag)]
    if marked or kind == "shipping":
        return marked[0] if marked else None
    return there[0] if there else None


def _place(
    kind: str,
    fields: Mapping[str, Any],
    whole: Mapping[str, Any],
    there: Row,
    find: Find,
    offered: set[str],
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in fields.items():
        if not name.startswith(f"addresses.{kind}."):
            continue
        field = name.rpartition(".")[2]
        if field in PLACE:
            told[PLACE[field]] = value
        elif field in STREET:
            told |= _street(kind, {**whole, **fields}, there, offered)
        elif field == "country":
            code = (there.get("country.") or {}).get("code")
            if value != code:
                told["country"] = _known(find, "country.country", str(value), name)
        else:
            raise RecordError(NOWHERE, field=name)
    return {name: value for name, value in told.items()
            if name == "country" or (value or None) != (there.get(name) or None)}  # fmt: skip


def _street(kind: str, known: Mapping[str, Any], there: Row, offered: set[str]) -> dict[str, Any]:
    """Street and number: apart where this party's, or a new one's, are; else in one line."""
    street, number = (known.get(f"addresses.{kind}.{part}") for part in STREET)
    apart = there.get("street_name") if there else "street_name" in offered
    if apart:
        return {"street_name": street, "building_number": number}
    return {"street": " ".join(str(one) for one in (street, number) if one)}
