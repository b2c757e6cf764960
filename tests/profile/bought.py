"""What the oracle counts over: customers of a few fields: their receipts, parcels and talks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Item:
    sku: str = ""
    title: str = ""
    category: str = ""
    brand: str = ""
    size: str = ""
    quantity: int = 1000
    gross: int = 0
    net: int = 0
    discount: int = 0
    returned: bool = False
    gift_card: bool = False
    cost: int | None = None


@dataclass(frozen=True)
class Receipt:
    ref: str
    day: date
    items: tuple[Item, ...]
    connection: str = "shop"
    kind: str = "sale"
    status: str = "completed"
    channel: str = "web"
    store: str = ""
    hour: int = 10
    currency: str = "EUR"
    counts: bool = True
    past: str = "00:01"

    @property
    def placed_at(self) -> str:
        return f"{self.day.isoformat()}T{max(self.hour, 0):02d}:{self.past}.000000Z"


@dataclass(frozen=True)
class Parcel:
    receipt: str
    promised: date | None
    shipped: date | None = None
    delivered: date | None = None
    evidence: str = "exact"
    method: str = "ship"


@dataclass(frozen=True)
class Talk:
    kind: str
    status: str
    day: date
    due: date | None = None
    resolved: date | None = None
    channel: str = "phone"
    direction: str = "in"


@dataclass(frozen=True)
class Ware:
    connection: str
    sku: str
    ref: str
    name: str = ""
    category: str = ""
    brand: str = ""
    size: str = ""
    cost: int | None = None
    currency: str = ""


@dataclass
class Person:
    key: str
    receipts: list[Receipt] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
