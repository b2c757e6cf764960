"""Salesforce's dialect: SOQL over REST and query jobs, collections, duplicate rules, a bin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from crmsync_salesforce import Salesforce

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

KINDS = {"Contact": "customers", "Order": "orders", "Product2": "products", "Case": "cases"}
EMPTY = ("Account", "Lead", "Individual", "ContactPointTypeConsent", "ContactPointConsent",
         "ContactPointEmail", "ContactPointPhone")  # fmt: skip
NUMBERS = {"Quantity": "double", "UnitPrice": "currency", "TotalPrice": "currency",
           "TotalAmount": "currency"}  # fmt: skip
SYSTEM = ["Id", "IsDeleted", "SystemModstamp", "CreatedDate", "LastModifiedDate"]
FIELDS: dict[str, list[str]] = {
    "Contact": [*SYSTEM, "MasterRecordId", "Salutation", "FirstName", "MiddleName", "LastName",
                "Suffix", "Email", "Phone", "MobilePhone", "HomePhone", "Fax", "Birthdate",
                "MailingStreet", "MailingCity", "MailingPostalCode", "MailingState",
                "MailingStateCode", "MailingCountry", "MailingCountryCode", "HasOptedOutOfEmail",
                "HasOptedOutOfFax", "DoNotCall", "EmailBouncedDate", "IndividualId",
                "crmsync_key__c", "AccountId"],
    "Account": [*SYSTEM, "MasterRecordId", "Name", "AccountNumber", "Phone", "Fax",
                "BillingStreet", "BillingCity", "BillingPostalCode"],
    "Lead": [*SYSTEM, "LastName", "Company", "Email"],
    "Order": [*SYSTEM, "OrderNumber", "EffectiveDate", "OrderedDate", "Status", "StatusCode",
              "TotalAmount", "BillToContactId", "AccountId"],
    "OrderItem": [*SYSTEM, "OrderId", "Quantity", "UnitPrice", "TotalPrice", "Product2Id"],
    "Product2": [*SYSTEM, "ProductCode", "Name", "Family", "IsActive"],
    "Case": [*SYSTEM, "CaseNumber", "ContactId", "Origin", "Type", "Status", "IsClosed",
             "ClosedDate", "Subject"],
    "Individual": [*SYSTEM, "HasOptedOutSolicit", "HasOptedOutProfiling", "ShouldForget"],
    "ContactPointTypeConsent": [*SYSTEM, "PrivacyConsentStatus", "CaptureDate", "CaptureSource",
                                "DoubleConsentCaptureDate", "PartyId", "ContactPointType",
                                "DataUsePurposeId"],
    "DataUsePurpose": [*SYSTEM, "Name"],
    "ContactPointConsent": [*SYSTEM, "PrivacyConsentStatus", "PartyId", "ContactPointId"],
    "ContactPointEmail": [*SYSTEM, "EmailAddress", "ParentId"],
    "ContactPointPhone": [*SYSTEM, "TelephoneNumber", "ParentId"],
}  # fmt: skip
RELATED = {"Product2Id": ("Product2", "Product2"), "AccountId": ("Account", "Account"),
           "DataUsePurposeId": ("DataUsePurpose", "DataUsePurpose")}  # fmt: skip
SOQL = re.compile(r"SELECT (?P<fields>.+?) FROM (?P<kind>\w+)(?: WHERE (?P<where>.+?))?"
                  r"(?: ORDER BY (?P<order>.+?))?(?: LIMIT (?P<limit>\d+))?$")  # fmt: skip
BEHIND = re.compile(r"\(SystemModstamp > (\S+) OR Id > '(\w+)'\)")
AMONG = re.compile(r"(\w+) IN \((.*?)\)")
BOUND = re.compile(r"(SystemModstamp|Id) (>=|<|>) '?([^' ]+)'?")


def sfid(prefix: str, number: int) -> str:
    return f"{prefix}{number:015d}"


class FakeSalesforce(FakeBackend):
    """One org, with a rule against two contacts of one e-mail address."""

    connector = Salesforce
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(id="Id", stamp="SystemModstamp", name="LastName", email="Email",
                           hidden=("Email", "Phone", "Birthdate", "MailingStreet"),
                           optional=("Salutation", "FirstName", "Email", "Birthdate", "Fax")),
        "orders": Table(id="Id", stamp="SystemModstamp", name="lines.0.Product2.Name",
                        amount="lines.0.TotalPrice", placed="OrderedDate",
                        customer="BillToContactId"),
        "products": Table(id="Id", stamp="SystemModstamp", name="Name"),
        "cases": Table(id="Id", stamp="SystemModstamp", name="Subject"),
    }  # fmt: skip
    merges = ("customers",)
    duplicates = True
    versions = True
    late = timedelta(minutes=1)
    bulk: ClassVar[int] = 10_000

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, str] = {}
        self.others: dict[str, list[dict[str, Any]]] = {kind: [] for kind in EMPTY}
        self.purged: list[tuple[str, datetime, str]] = []
        self.needed: set[str] = set()
        self.used = 0
        self.secret("client_secret")

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client_id": "crmsync", "page_size": self.page,
                "client_secret": self.secret("client_secret"), "bulk": self.bulk,
                "external_id": "crmsync_key__c"}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakeSalesforce:
        for number in range(1, 8):
            self.add("products", number)
        super().fill(customers=customers, orders=orders)
        for number in range(1, orders + 1):
            self.add("cases", number)
        self.advance(hours=1)
        return self

    def row(self, stream: str, n: int) -> dict[str, Any]:
        made = "2026-01-05T08:00:00.000+0000"
        if stream == "products":
            return {"Id": sfid("01t", n), "ProductCode": f"KAFFEE-{n}", "Name": f"Röstkaffee {n}",
                    "Family": "Kaffee", "IsActive": True, "CreatedDate": made}  # fmt: skip
        if stream == "cases":
            customers = self.living("customers")
            return {"Id": sfid("500", n), "ContactId": customers[n % len(customers)].id,
                    "Origin": "Phone", "Type": "Problem", "IsClosed": False, "CreatedDate": made,
                    "Subject": f"Mühle klemmt {n}", "CaseNumber": f"{n:08}"}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {
            "Id": sfid("003", n), "Salutation": who.salutation, "FirstName": who.given,
            "MiddleName": None, "LastName": who.family, "Suffix": None, "Email": who.email,
            "Phone": who.phone, "MobilePhone": None, "Fax": None, "Birthdate": who.born.isoformat(),
            "MailingStreet": f"{who.street} {who.house_number}", "MailingCity": who.city,
            "MailingPostalCode": who.postal_code, "MailingCountry": "Deutschland",
            "MailingCountryCode": "DE", "HasOptedOutOfEmail": False, "DoNotCall": n == 2,
            "CreatedDate": "2026-01-05T08:00:00.000+0000",
        }  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"Id": sfid("802", n), "Quantity": 1.0, "UnitPrice": 10.9 + n,
                "TotalPrice": 10.9 + n,
                "Product2": {"ProductCode": "KAFFEE-1", "Name": f"Kaffee {n}",
                             "Family": "Kaffee"}}  # fmt: skip
        return {"Id": sfid("801", n), "OrderNumber": f"{n:08}", "BillToContactId": customer["Id"],
                "OrderedDate": f"2026-10-{n % 28 + 1:02}T08:15:00.000+0000", "AccountId": None,
                "EffectiveDate": f"2026-10-{n % 28 + 1:02}", "StatusCode": "Activated",
                "Status": "Activated", "lines": [line]}  # fmt: skip

    def new_id(self, stream: str) -> Any:
        prefixes = {"customers": "003", "orders": "801", "products": "01t", "cases": "500"}
        return sfid(prefixes[stream], super().new_id(stream))

    def stamped(self, moment: datetime) -> str:
        text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "+0000")

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"lines.0.TotalPrice": float(amount)})

    def version_of(self, row: Row) -> str:
        return str(row.data["SystemModstamp"]).replace("+0000", "Z")

    def consents(self, row: Row) -> bool:
        return row.data.get("HasOptedOutOfEmail") is not True

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"HasOptedOutOfEmail": True})

    def purge(self, stream: str, identity: str) -> None:
        """Delete a row for good: not even the bin has it."""
        kind = next(kind for kind, name in KINDS.items() if name == stream)
        del self.kept[stream][identity]
        self.changes += 1
        self.purged.append((kind, self.now, identity))

    # HTTP

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["services", "oauth2", "token"]:
            given = self.grant(asked, secret="client_secret", seconds=7200)
            if given.status == 200:
                del given.data["expires_in"]
                return given
            return Answer(status=400, data={"error": "invalid_client"})
        if asked.parts[:3] != ["services", "data", "v64.0"]:
            return self.error(404, "NOT_FOUND")
        if not self.knows(asked.bearer):
            return self.error(401, "INVALID_SESSION_ID")
        self.used += 1
        found = self.served(asked, asked.parts[3:])
        usage = {"Sforce-Limit-Info": f"api-usage={self.used}/100000"}
        return Answer(status=found.status, data=found.data, body=found.body,
                      headers={**found.headers, **usage})  # fmt: skip

    def served(self, asked: Asked, rest: list[str]) -> Answer:
        match asked.method, rest:
            case "GET", []:
                return Answer(data={"query": "…"})
            case "GET", ["query" | "queryAll" as way]:
                return self.queried(asked.query["q"], gone=way == "queryAll")
            case "GET", ["sobjects", kind, "describe"] if kind in FIELDS:
                return Answer(data=self.described(kind))
            case "GET", ["sobjects", kind, "deleted"]:
                return self.log(kind, asked.query)
            case _, ["jobs", "query", *more]:
                return self.job(asked, more)
            case "PATCH", ["composite", "sobjects", *more]:
                return self.collection(asked.json["records"], more)
            case "PATCH" | "DELETE", ["sobjects", "Contact", identity]:
                return self.single(asked, identity)
        return self.error(404, "NOT_FOUND")

    def error(self, status: int, code: str) -> Answer:
        told = [{"message": "Änne Geheim hat keinen Zugriff", "errorCode": code}]
        return Answer(status=status, data=told)

    def described(self, kind: str) -> dict[str, Any]:
        fields = []
        for name in FIELDS[kind]:
            above, target = RELATED.get(name, (None, None))
            flags = {"IsDeleted", "IsClosed", "IsActive", "DoNotCall", "HasOptedOutOfEmail",
                     "HasOptedOutOfFax"}  # fmt: skip
            typed = "boolean" if name in flags else NUMBERS.get(name, "string")
            fields.append({"name": name, "type": typed, "updateable": name not in SYSTEM,
                           "nillable": typed != "boolean", "relationshipName": above,
                           "referenceTo": [target] if target else []})  # fmt: skip
        return {"name": kind, "fields": fields, "replicateable": True}

    # queries

    def queried(self, soql: str, *, gone: bool) -> Answer:
        found = SOQL.match(soql)
        if found is None or found["kind"] not in FIELDS:
            return self.error(400, "MALFORMED_QUERY")
        rows = self.selected(found["kind"], found["where"] or "", gone=gone)
        if found["fields"] == "COUNT()":
            return Answer(data={"totalSize": len(rows), "done": True, "records": []})
        fields = found["fields"].split(", ")
        missing = [name for name in fields if "." not in name and name not in FIELDS[found["kind"]]]
        if missing:
            return self.error(400, "INVALID_FIELD")
        key = (lambda row: row["Id"]) if found["order"] == "Id" else _by_stamp
        rows = sorted(rows, key=key)[: int(found["limit"] or 2000)]
        told = [{"attributes": {"type": found["kind"]}, **_picked(row, fields)} for row in rows]
        return Answer(data={"totalSize": len(told), "done": True, "records": told})

    def selected(self, kind: str, where: str, *, gone: bool) -> list[dict[str, Any]]:
        every = [] if self.empty else list(self.every(kind, gone=gone))
        return [row for row in every if self.meets(row, where)]

    def every(self, kind: str, *, gone: bool) -> Iterator[dict[str, Any]]:
        if kind == "OrderItem":
            for row in self.kept["orders"].values():
                lines = row.data.get("lines")
                for line in lines if isinstance(lines, list) else []:
                    if isinstance(line, dict) and not row.deleted:
                        yield {**line, "OrderId": row.id,
                               "SystemModstamp": row.data["SystemModstamp"]}  # fmt: skip
            return
        if kind not in KINDS:
            yield from self.others.get(kind, [])
            return
        for row in self.kept[KINDS[kind]].values():
            if gone or not row.deleted:
                stamp = row.data["SystemModstamp"]
                yield {"LastModifiedDate": stamp, **row.data, "IsDeleted": row.deleted,
                       "MasterRecordId": row.merged_into}  # fmt: skip

    def meets(self, row: Mapping[str, Any], where: str) -> bool:
        at = self.moment(row["SystemModstamp"]) if "SystemModstamp" in row else None
        for stamp, identity in BEHIND.findall(where):
            if not ((at is not None and at > self.moment(stamp)) or row["Id"] > identity):
                return False
        rest = BEHIND.sub("", where)
        for field, told in AMONG.findall(rest):
            wanted = {one.casefold() for one in re.findall(r"'((?:[^'\\]|\\.)*)'", told)}
            if str(row.get(field)).casefold() not in wanted:
                return False
        for field, sign, value in BOUND.findall(AMONG.sub("", rest)):
            one = row["Id"] if field == "Id" else at
            other = value if field == "Id" else self.moment(value)
            if not _holds(one, sign, other):
                return False
        return True

    def log(self, kind: str, query: Mapping[str, str]) -> Answer:
        low, high = self.moment(query["start"]), self.moment(query["end"])
        if high - low <= timedelta(minutes=1) or self.now - low > timedelta(days=15):
            return self.error(400, "INVALID_REPLICATION_DATE")
        table = self.gone(KINDS[kind]) if kind in KINDS else []
        ids = [row.id for row in table if row.stamp and low <= row.stamp < high]
        ids += [one for of, at, one in self.purged if of == kind and low <= at < high]
        told = [{"id": one, "deletedDate": self.stamped(self.now)} for one in ids]
        return Answer(data={"deletedRecords": [] if self.empty else told})

    # jobs

    def job(self, asked: Asked, more: list[str]) -> Answer:
        if asked.method == "POST":
            name = f"750{len(self.jobs):015d}"
            self.jobs[name] = asked.json["query"]
            return Answer(data={"id": name, "state": "UploadComplete"})
        if more[0] not in self.jobs:
            return self.error(404, "NOT_FOUND")
        if len(more) == 1:
            return Answer(data={"id": more[0], "state": "JobComplete"})
        return self.result(self.jobs[more[0]], asked.query.get("locator"))

    def result(self, soql: str, locator: str | None) -> Answer:
        data = self.queried(soql, gone=False).data
        fields = SOQL.match(soql)["fields"].split(", ")  # type: ignore[index]
        start = int(locator or 0)
        rows = data["records"][start : start + self.page]
        ahead = start + self.page < len(data["records"])
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows([_as_csv(row, name) for name in fields] for row in rows)
        headers = {"Sforce-NumberOfRecords": str(len(rows)),
                   "Sforce-Locator": str(start + self.page) if ahead else "null",
                   "Content-Type": "text/csv"}  # fmt: skip
        return Answer(body=text.getvalue().encode(), headers=headers)

    # changes

    def collection(self, records: list[dict[str, Any]], more: list[str]) -> Answer:
        if len(records) > 200 or (more and more != ["Contact", "crmsync_key__c"]):
            raise Refused(self.error(400, "INVALID_FIELD"))
        return Answer(data=[self.saved(dict(one), by=more[1] if more else "id") for one in records])

    def saved(self, told: dict[str, Any], *, by: str) -> dict[str, Any]:
        told.pop("attributes")
        row = self.get("customers", told.pop("id", None))
        if by != "id":
            found = self.find("customers", by, told[by])
            row = found[0] if found else None
        if told.get("Email") and "@" not in told["Email"]:
            return _not("INVALID_EMAIL_ADDRESS", ["Email"])
        if row is None and by == "id":
            return _not("ENTITY_IS_DELETED", [])
        same = [one for one in self.find("customers", "Email", told.get("Email")) if one != row]
        if told.get("Email") and same:
            return _not("DUPLICATES_DETECTED", [], found=same[0].id)
        if row is None:
            if not told.get("LastName"):
                return _not("REQUIRED_FIELD_MISSING", ["LastName"])
            row = self.make("customers", told)
            return {"id": row.id, "success": True, "errors": [], "created": True}
        self.change("customers", row.id, told)
        return {"id": row.id, "success": True, "errors": [], "created": False}

    def single(self, asked: Asked, identity: str) -> Answer:
        if self.get("customers", identity) is None:
            return self.error(404, "ENTITY_IS_DELETED")
        if asked.method == "DELETE":
            if identity in self.needed:
                return self.error(400, "DELETE_FAILED")
            self.delete("customers", identity)
        else:
            self.change("customers", identity, asked.json)
        return Answer(status=204)


def _not(code: str, fields: list[str], *, found: str = "") -> dict[str, Any]:
    error: dict[str, Any] = {"statusCode": code, "message": "Änne Geheim", "fields": fields}
    if found:
        error["duplicateResult"] = {"matchResults": [{"matchRecords": [{"record": {"Id": found}}]}]}
    return {"success": False, "errors": [error]}


def _holds(one: Any, sign: str, other: Any) -> bool:
    return bool({">=": one >= other, "<": one < other, ">": one > other}[sign])


def _by_stamp(row: Mapping[str, Any]) -> Any:
    return row["SystemModstamp"], row["Id"]


def _picked(row: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
    tops = dict.fromkeys(name.partition(".")[0] for name in fields)
    return {name: row[name] for name in tops if name in row}


def _as_csv(row: Mapping[str, Any], path: str) -> str:
    above, _, name = path.rpartition(".")
    value = (row.get(above) or {}).get(name) if above else row.get(name)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).replace("+0000", "Z")
