"""What the model's records are: dataclasses that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """`cls` as a dataclass, frozen for the type checker alone.

    A dataclass that guards itself at run time sets each field by a call of its own: seven times
    the price, for every customer that is read.
    """
    return dataclass(unsafe_hash=True)(cls)
