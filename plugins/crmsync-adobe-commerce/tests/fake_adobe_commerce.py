"""The dialect of Adobe Commerce: searches with filters, whole customers, a message queue."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, quote, unquote

from crmsync_adobe_commerce import AdobeCommerce

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

LISTS = {"customers/search": "customers", "orders": "orders", "shipments": "shipments",
         "creditmemos": "creditmemos", "products": "products"}  # fmt: skip
FILTER = re.compile(r"searchCriteria\[filterGroups\]\[(\d+)\]\[filters\]\[0\]\[(\w+)\]")
SORT = re.compile(r"searchCriteria\[sortOrders\]\[(\d+)\]\[field\]")
TAKEN = "A customer with the same email address already exists in an associated website."


class FakeAdobeCommerce(FakeBackend):
    """A shop as an administrator's token sees it."""

    connector = AdobeCommerce
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="updated_at", name="lastname", email="email"),
        "orders": Table(id="entity_id", stamp="updated_at", name="increment_id",
                        placed="created_at", amount="items.0.row_total", customer="customer_id"),
        "shipments": Table(id="entity_id", stamp="updated_at", name="tracks.0.title"),
        "creditmemos": Table(id="entity_id", stamp="updated_at", name="increment_id"),
        "products": Table(stamp="updated_at", name="name"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    duplicates = True
    bears = 4
    more: ClassVar[Mapping[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.bulks: dict[str, list[dict[str, Any]]] = {}
        self.plain: dict[str, Any] = {
            "store/storeViews": [{"id": 1, "code": "default", "name": "Laden", "website_id": 1}],
            "store/storeConfigs": [{"code": "default", "timezone": "Europe/Berlin"}],
            "categories": {"id": 2, "name": "Wurzel", "children_data": [
                {"id": 5, "name": "Kaffee", "children_data": []}]},
            "products/attributes": {"items": [{"attribute_code": "manufacturer", "options": [
                {"label": "Rösterei Nord", "value": "7"}]}], "total_count": 1},
        }  # fmt: skip

    def keys(self) -> Mapping[str, Any]:
        """How the connector proves who asks."""
        return {"username": "crmsync", "password": self.secret("password")}

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "page_size": self.page, "website": 1, **self.keys(), **self.more}

    # rows

    def stamped(self, moment: Any) -> str:
        return str(super().stamped(moment)).replace("T", " ").removesuffix("Z")

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        region = {"region_code": "NRW", "region": "x"}
        address = {"id": 3000 + n, "customer_id": n, "region": region,
                   "country_id": "DE", "street": [who.street, who.house_number],
                   "telephone": who.phone, "postcode": who.postal_code, "city": who.city,
                   "firstname": who.given, "lastname": who.family, "default_shipping": True,
                   "default_billing": True}  # fmt: skip
        return {"id": n, "group_id": 1, "created_at": "2026-01-05 10:00:00", "email": who.email,
                "firstname": who.given, "lastname": who.family, "gender": n % 4,
                "prefix": "Frau Dr." if n % 3 == 0 else None, "dob": who.born.isoformat(),
                "store_id": 1, "website_id": 1, "addresses": [address], "custom_attributes": [],
                "default_billing": str(address["id"]), "default_shipping": str(address["id"]),
                "extension_attributes": {"is_subscribed": n % 2 == 1}}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"item_id": n, "sku": f"KAFFEE-{n}", "name": "Kaffee", "product_type": "simple",
                "qty_ordered": 1, "row_total": 10.19, "tax_amount": 0.71, "discount_amount": 0,
                "discount_tax_compensation_amount": 0, "tax_percent": 7,
                "base_cost": 6.1}  # fmt: skip
        return {"entity_id": 500 + n, "increment_id": f"1000005{n:03}", "state": "complete",
                "created_at": "2026-10-03 08:15:00", "store_id": 1, "customer_is_guest": 0,
                "order_currency_code": "EUR", "base_to_order_rate": 1,
                "customer_id": customer["id"], "items": [line],
                "customer_email": customer["email"], "shipping_amount": 0}  # fmt: skip

    def row(self, stream: str, n: int) -> dict[str, Any]:
        made = {"entity_id": 700 + n, "created_at": "2026-10-05 09:00:00", "increment_id": f"B{n}"}
        if stream == "shipments":
            return {**made, "order_id": self.living("orders")[0].data["entity_id"],
                    "tracks": [{"title": f"DHL {n}", "carrier_code": "custom"}]}  # fmt: skip
        if stream == "creditmemos":
            item = {"sku": "KAFFEE-1", "qty": 1, "row_total": 5, "tax_amount": 0.35}
            return {**made, "order_id": self.living("orders")[0].data["entity_id"], "state": 2,
                    "order_currency_code": "EUR", "grand_total": 5.35, "items": [item]}  # fmt: skip
        if stream == "products":
            return {"id": n, "sku": f"KAFFEE-{n}", "name": f"Röstkaffee {n}",
                    "custom_attributes": [{"attribute_code": "manufacturer", "value": "7"},
                                          {"attribute_code": "cost", "value": "6.100000"}],
                    "extension_attributes": {"category_links": [{"category_id": "5"}]}}  # fmt: skip
        return super().row(stream, n)

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        super().fill(customers=customers, orders=orders)
        for number in range(1, orders + 1):
            for stream in ("shipments", "creditmemos", "products"):
                self.add(stream, number)
        self.advance(minutes=5)
        return self

    def make(self, stream: str, data: Mapping[str, Any], **more: Any) -> Row:
        """A row; of one e-mail address there is never a second customer."""
        others = self.find(stream, "email", data["email"]) if stream == "customers" else []
        return others[0] if others else super().make(stream, data, **more)

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"items.0.row_total": float(amount), "items.0.tax_amount": 0})

    # who asks

    def allows(self, asked: Asked) -> bool:
        """Whether a request is proven to come from somebody who may ask."""
        return self.knows(asked.bearer)

    def answer(self, asked: Asked) -> Answer:
        parts = asked.parts
        if parts[:3] == ["rest", "default", "V1"] and parts[3:] == [
            "integration",
            "admin",
            "token",
        ]:
            if not self.is_secret("password", str(asked.json.get("password"))):
                return error(401, "The account sign-in was incorrect.")
            return Answer(data=self.new_token(4 * 3600))
        if parts[:2] != ["rest", "default"]:
            return error(404, "Request does not match any route.")
        if not self.allows(asked):
            return error(401, "The consumer isn't authorized to access %resources.",
                         resources="Magento_Customer::customer")  # fmt: skip
        return self.routed(asked, "/".join(parts[2:]))

    def routed(self, asked: Asked, path: str) -> Answer:
        path, queued = path.removeprefix("async/bulk/"), path.startswith("async/bulk/")
        if not path.startswith("V1/"):
            return error(404, "Request does not match any route.")
        path = path.removeprefix("V1/")
        if queued:
            return self.queue(asked)
        if asked.method == "GET" and path in LISTS:
            return self.search(asked, LISTS[path])
        if asked.method == "GET" and path in self.plain:
            empty = {"items": []} if path == "products/attributes" else []
            return Answer(data=empty if self.empty and path != "categories" else self.plain[path])
        if path.startswith("bulk/") and path.split("/")[1] in self.bulks:
            return Answer(data={"operations_list": self.looked_at(path.split("/")[1])})
        if path.startswith("customers"):
            return self.written(asked.method, path.partition("/")[2], asked.json)
        return error(404, "Request does not match any route.")

    # reading

    def search(self, asked: Asked, stream: str) -> Answer:
        told = asked.query
        found = [row for row in self.rows(stream) if self.meets(stream, row, rules(told))]
        for _, field in sorted(((m[1], told[m[0]]) for m in map(SORT.fullmatch, told) if m),
                               reverse=True):  # fmt: skip
            found.sort(key=self.value(stream, field))
        size = int(told["searchCriteria[pageSize]"])
        pages = max(1, -(-len(found) // size))
        place = min(int(told["searchCriteria[currentPage]"]), pages) - 1
        wanted = tree(told.get("fields", ""))
        items = [shown(row.data, wanted["items"] if wanted else None) for row in
                 found[place * size : (place + 1) * size]]  # fmt: skip
        return Answer(data={"items": items, "total_count": len(found)})

    def value(self, stream: str, field: str) -> Callable[[Row], Any]:
        path = self.tables[stream].id if field == "entity_id" else field

        def of(row: Row) -> Any:
            found = row.data.get(path)
            if field == "updated_at":
                return self.moment(found)
            return found.casefold() if isinstance(found, str) else found

        return of

    def meets(self, stream: str, row: Row, wanted: Sequence[Mapping[str, str]]) -> bool:
        for rule in wanted:
            have = self.value(stream, rule["field"])(row)
            told = rule["value"].split(",") if rule["conditionType"] == "in" else [rule["value"]]
            kind: Any = {"updated_at": self.moment, "entity_id": int}.get(
                rule["field"], str.casefold
            )
            values = [kind(one) for one in told]
            fits: Any = {"in": lambda a, b: a in b, "eq": lambda a, b: a == b[0],
                    "gt": lambda a, b: a > b[0], "gteq": lambda a, b: a >= b[0],
                    "lt": lambda a, b: a < b[0]}[rule["conditionType"]]  # fmt: skip
            if not fits(have, values):
                return False
        return True

    # writing

    def written(self, method: str, identity: str, told: Mapping[str, Any]) -> Answer:
        row = self.get("customers", identity) if identity else None
        if identity and row is None:
            return error(404, "No such entity with %fieldName = %fieldValue",
                         fieldName="customerId", fieldValue=identity)  # fmt: skip
        if method == "DELETE" and row:
            self.delete("customers", row.id)
            return Answer(data=True)
        if method == "GET" and row:
            return Answer(data=shown(row.data, None))
        return Answer(data=shown(self.put(row, told["customer"]).data, None))

    def put(self, row: Row | None, customer: Mapping[str, Any]) -> Row:
        """Put a customer there as a whole; an address that is left out of the list is deleted."""
        data = {name: value for name, value in customer.items() if name != "id"}
        for name in ("firstname", "lastname", "email", *(() if row else ("website_id",))):
            if not data.get(name):
                raise Refused(error(400, '"%fieldName" is required.', fieldName=name))
        if "@" not in data["email"]:
            raise Refused(error(400, '"%fieldName" is not valid.', fieldName="email"))
        others = self.find("customers", "email", data["email"])
        if any(row is None or other.id != row.id for other in others):
            raise Refused(error(400, TAKEN))
        for place, one in enumerate(data.get("addresses") or ()):
            missing = [name for name in ("street", "city", "country_id", "telephone", "postcode",
                                         "firstname", "lastname") if not one.get(name)]  # fmt: skip
            if missing:
                raise Refused(error(400, '"%fieldName" is required.', fieldName=missing[0]))
            one.setdefault("id", 8000 + self.changes + place)
        if row is None:
            return self.make("customers", {"addresses": [], **data})
        return self.change("customers", row.id, data)

    def queue(self, asked: Asked) -> Answer:
        """Take the changes, and do them; what became of them is told at the second look."""
        bulk = f"bulk-{len(self.bulks)}"
        self.bulks[bulk] = []
        for place, one in enumerate(asked.json):
            row = self.get("customers", one["customerId"]) if "customerId" in one else None
            told: dict[str, Any] = {
                "id": place,
                "status": 4,
                "error_code": None,
                "result_message": None,
            }
            try:
                made = self.put(row, one["customer"])
                told["later"] = {"status": 1, "result_serialized_data": f'{{"id": {made.id}}}'}
            except Refused as refused:
                told["later"] = {"status": 3, "error_code": 0,
                                 "result_message": refused.answer.data["message"]}  # fmt: skip
            self.bulks[bulk].append(told)
        items = [{"id": one["id"], "status": "accepted"} for one in self.bulks[bulk]]
        return Answer(status=202, data={"bulk_uuid": bulk, "request_items": items, "errors": False})

    def looked_at(self, bulk: str) -> list[dict[str, Any]]:
        found = [{k: v for k, v in one.items() if k != "later"} for one in self.bulks[bulk]]
        for one in self.bulks[bulk]:
            one.update(one.get("later", {}))
        return found

    def consents(self, row: Row) -> bool:
        return row.data.get("extension_attributes", {}).get("is_subscribed") is True

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"extension_attributes.is_subscribed": False})


class FakeSigned(FakeAdobeCommerce):
    """A shop as an integration sees it that signs its requests, and reads what changed."""

    more: ClassVar[Mapping[str, Any]] = {"customers": "changed"}

    def keys(self) -> Mapping[str, Any]:
        return {"consumer_key": "ck", "consumer_secret": self.secret("consumer"),
                "access_token": self.secret("token"),
                "access_token_secret": self.secret("token_secret")}  # fmt: skip

    def allows(self, asked: Asked) -> bool:
        header = asked.headers.get("authorization", "").removeprefix("OAuth ")
        own = {k: unquote(v) for k, v in re.findall(r'(\w+)="([^"]*)"', header)}
        signature = own.pop("oauth_signature", "")
        query = parse_qsl(asked.target.partition("?")[2], keep_blank_values=True)
        pairs = sorted((quoted(k), quoted(v)) for k, v in [*own.items(), *query])
        place = f"{self.url}{asked.target.partition('?')[0]}"
        parts = (asked.method, place, "&".join(f"{k}={v}" for k, v in pairs))
        key = "&".join(quoted(self.secrets[name]) for name in ("consumer", "token_secret"))
        base = "&".join(map(quoted, parts)).encode()
        wanted = b64encode(hmac.new(key.encode(), base, hashlib.sha256).digest()).decode()
        return signature == wanted and self.is_secret("token", own.get("oauth_token", ""))


class FakeCloud(FakeAdobeCommerce):
    """Adobe Commerce as a Cloud Service, written to through its message queue."""

    more: ClassVar[Mapping[str, Any]] = {"bulk": True}

    def keys(self) -> Mapping[str, Any]:
        return {"client_id": "crmsync", "client_secret": self.secret("secret"),
                "url": f"{self.url}/tenant7", "token_url": f"{self.url}/ims/token/v3"}  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["ims", "token", "v3"]:
            return self.grant(asked, secret="secret", seconds=86_399)
        if asked.parts[:1] != ["tenant7"] or asked.headers.get("store") != "default":
            return error(404, "Request does not match any route.")
        if not self.knows(asked.bearer):
            return error(401, "Oauth token is not valid")
        return self.routed(asked, "/".join(asked.parts[1:]))


def error(status: int, message: str, **parameters: str) -> Answer:
    """A refusal as the shop writes it, its words still without their values."""
    told = {"message": message, "trace": "#0 /srv/www/Änne.php(1)"}
    return Answer(status=status, data={**told, "parameters": parameters} if parameters else told)


def quoted(text: str) -> str:
    return quote(text, safe="-._~")


def rules(told: Mapping[str, str]) -> list[dict[str, str]]:
    """The filters of a search."""
    found: dict[str, dict[str, str]] = {}
    for name, value in told.items():
        if match := FILTER.fullmatch(name):
            found.setdefault(match[1], {})[match[2]] = value
    return list(found.values())


def tree(fields: str) -> dict[str, Any]:
    """The fields that are asked for, those of an object within its brackets."""
    stack: list[dict[str, Any]] = [{}]
    for name, sign in re.findall(r"(\w*)([\[\],]|$)", fields):
        if name:
            stack[-1][name] = {}
        if sign == "[":
            stack.append(stack[-1][name])
        elif sign == "]":
            stack.pop()
    return stack[0]


def shown(data: Any, wanted: Mapping[str, Any] | None) -> Any:
    """What is asked for of a record, without what is empty."""
    if isinstance(data, list):
        return [shown(one, wanted) for one in data]
    if not isinstance(data, dict):
        return data
    return {name: shown(value, (wanted or {}).get(name)) for name, value in data.items()
            if value is not None and (not wanted or name in wanted)}  # fmt: skip
