"""What a mapping may fill: the fields of the told models, each with how it takes a value."""

from __future__ import annotations

import difflib
import types
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from crmsync.errors import ConfigError
from crmsync.model.stream import StreamKind
from crmsync.model.told import (
    Text,
    Told,
    ToldAddress,
    ToldConsent,
    ToldConsentEvent,
    ToldContact,
    ToldCustomer,
    ToldDelivery,
    ToldInteraction,
    ToldOrder,
    ToldProduct,
    ToldReturn,
    ToldStore,
)

MODELS: dict[StreamKind, type[Told]] = {
    "customers": ToldCustomer,
    "orders": ToldOrder,
    "returns": ToldReturn,
    "deliveries": ToldDelivery,
    "interactions": ToldInteraction,
    "consents": ToldConsentEvent,
    "products": ToldProduct,
    "stores": ToldStore,
}

FieldType = Literal["text", "bool", "amount", "literal", "texts", "list", "model"]

ITEM_NAMES: dict[type[Told], tuple[str, ...]] = {
    ToldAddress: ("type",),
    ToldContact: ("channel",),
    ToldConsent: ("channel", "purpose"),
}
"""The fields of an item that a dotted target names: `addresses.home.street`."""

ITEM_VALUE: dict[type[Told], str] = {ToldContact: "value", ToldConsent: "state"}
"""The field that a target without a further name fills: `contacts.email`."""


@dataclass(frozen=True, slots=True)
class Target:
    """One field of a told model: its type, whether it may be empty, and its closed vocabulary.

    `numbers` says that a text may be told as a number.
    """

    name: str
    takes: FieldType
    nullable: bool
    required: bool
    words: tuple[str, ...] = ()
    model: type[Told] | None = None
    numbers: bool = False


@cache
def targets(model: type[Told]) -> dict[str, Target]:
    """The fields of `model` by name."""
    hints = get_type_hints(model, include_extras=True)
    return {
        name: _target(name, hints[name], required=info.is_required())
        for name, info in model.model_fields.items()
    }


def find_target(model: type[Told], name: str, *, where: str) -> Target:
    """The field `name` of `model`; ConfigError that lists the fields there are."""
    known = targets(model)
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=1)
    guess = f"Did you mean {close[0]!r}? " if close else ""
    raise ConfigError(
        f"{where}: there is no field {name!r}.",
        hint=f"{guess}The fields are {', '.join(sorted(known))}.",
    )


def _target(name: str, annotation: Any, *, required: bool) -> Target:
    leaves = list(_leaves(annotation))
    nullable = type(None) in leaves
    words = tuple(str(word) for leaf in leaves for word in _words(leaf))
    kind, model = _type(leaves)
    numbers = Text in (annotation, *get_args(annotation))
    return Target(name, kind, nullable, required, words, model, numbers)


def _leaves(annotation: Any) -> list[Any]:
    """The plain types of an annotation, with unions and Annotated taken apart."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _leaves(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [leaf for part in get_args(annotation) for leaf in _leaves(part)]
    return [annotation]


def _words(leaf: Any) -> tuple[Any, ...]:
    return get_args(leaf) if get_origin(leaf) is Literal else ()


def _type(leaves: list[Any]) -> tuple[FieldType, type[Told] | None]:
    for leaf in leaves:
        if get_origin(leaf) is tuple:
            inner = get_args(leaf)[0]
            return ("list", inner) if _is_model(inner) else ("texts", None)
        if _is_model(leaf):
            return "model", leaf
        if get_origin(leaf) is Literal:
            return "literal", None
    return _scalar(leaves), None


def _scalar(leaves: list[Any]) -> FieldType:
    if bool in leaves:
        return "bool"
    return "amount" if Decimal in leaves else "text"


def _is_model(leaf: Any) -> bool:
    return isinstance(leaf, type) and issubclass(leaf, BaseModel)
