"""Which objects and fields of Salesforce make up each stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crmsync.model.stream import StreamKind
from crmsync_salesforce.settings import SalesforceSettings

SYSTEM = ("Id", "IsDeleted", "SystemModstamp", "CreatedDate", "LastModifiedDate")
NAMES = ("Salutation", "FirstName", "MiddleName", "LastName", "Suffix")
PLACE = ("Street", "City", "PostalCode", "State", "StateCode", "Country", "CountryCode")
OPTED = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")


@dataclass(frozen=True, slots=True)
class Child:
    """What belongs to a row and stands in another object: its `theirs` is the row's `ours`."""

    name: str
    kind: str
    fields: tuple[str, ...]
    theirs: str
    ours: str = "Id"


@dataclass(frozen=True, slots=True)
class Source:
    """The object behind a stream, its fields, and its children."""

    stream: str
    of: StreamKind
    kind: str
    fields: tuple[str, ...]
    children: tuple[Child, ...] = ()


def _places(*kinds: str) -> tuple[str, ...]:
    return tuple(f"{kind}{part}" for kind in kinds for part in PLACE)


CONTACT = (*SYSTEM, "MasterRecordId", *NAMES, "Email", "Phone", "MobilePhone", "HomePhone", "Fax",
           "Birthdate", *_places("Mailing", "Other"), *OPTED, "EmailBouncedDate", "IndividualId",
           "IsPersonAccount")  # fmt: skip
ACCOUNT = (*SYSTEM, "MasterRecordId", "Name", "AccountNumber", "Phone", "Fax",
           *_places("Billing", "Shipping"), "IsPersonAccount", *NAMES, "PersonEmail",
           "PersonMobilePhone", "PersonHomePhone", "PersonBirthdate",
           *_places("PersonMailing", "PersonOther"), "PersonHasOptedOutOfEmail",
           "PersonHasOptedOutOfFax", "PersonDoNotCall", "PersonEmailBouncedDate",
           "PersonIndividualId")  # fmt: skip
LEAD = (*SYSTEM, "MasterRecordId", *NAMES, "Company", "Email", "Phone", "MobilePhone", "Fax",
        *PLACE, *OPTED, "EmailBouncedDate", "IndividualId")  # fmt: skip
OWNER = ("AccountId", "Account.IsPersonAccount")
ITEM = ("Quantity", "UnitPrice", "TotalPrice", "Product2.ProductCode", "Product2.Name",
        "Product2.Family")  # fmt: skip
ORDER = (*SYSTEM, "OrderNumber", "EffectiveDate", "OrderedDate", "Status", "StatusCode",
         "CurrencyIsoCode", "TotalAmount", "BillToContactId", *OWNER)  # fmt: skip
OPPORTUNITY = (*SYSTEM, "Name", "CloseDate", "StageName", "IsClosed", "IsWon", "Amount",
               "CurrencyIsoCode", "ContactId", *OWNER)  # fmt: skip
RETURN = (*SYSTEM, "ReturnOrderNumber", "OrderId", "ContactId", "Status", "CurrencyIsoCode",
          *OWNER)  # fmt: skip
RETURNED = ("ReturnOrderId", "QuantityReturned", "TotalPrice", "OrderItem.UnitPrice",
            "ReasonForReturn", "Product2.ProductCode", "Product2.Name")  # fmt: skip
PRODUCT = (*SYSTEM, "ProductCode", "StockKeepingUnit", "Name", "Family", "IsActive")
CASE = (*SYSTEM, "MasterRecordId", "CaseNumber", "ContactId", *OWNER, "Origin", "Type", "Reason",
        "Status", "IsClosed", "ClosedDate", "Subject")  # fmt: skip
TASK = (*SYSTEM, "WhoId", "AccountId", "Account.IsPersonAccount", "TaskSubtype", "Subject",
        "ActivityDate", "IsClosed", "CompletedDateTime", "CallType")  # fmt: skip

GIVEN = ("PrivacyConsentStatus", "CaptureDate", "CaptureSource", "EffectiveFrom", "EffectiveTo",
         "DoubleConsentCaptureDate", "DataUsePurpose.Name", "PartyId",
         "LastModifiedDate")  # fmt: skip


def consents(ours: str) -> tuple[Child, ...]:
    """The person behind a record (Individual), what he allowed, and at which contact points."""
    flags = ("HasOptedOutSolicit", "HasOptedOutProfiling", "ShouldForget")
    return (
        Child("individuals", "Individual", flags, "Id", ours),
        Child("types", "ContactPointTypeConsent", (*GIVEN, "ContactPointType"), "PartyId", ours),
        Child("points", "ContactPointConsent", (*GIVEN, "ContactPointId"), "PartyId", ours),
        Child("emails", "ContactPointEmail", ("EmailAddress", "ParentId"), "ParentId", ours),
        Child("phones", "ContactPointPhone", ("TelephoneNumber", "ParentId"), "ParentId", ours),
    )


def sources(own: SalesforceSettings) -> list[Source]:
    """The streams of a connection, in the order in which they are read."""
    found = [Source("products", "products", "Product2", PRODUCT)]
    if own.accounts:
        found.append(_person(own, "accounts", "Account", ACCOUNT, "PersonIndividualId"))
    found.append(_person(own, "customers", "Contact", CONTACT, "IndividualId"))
    if own.leads:
        found.append(_person(own, "leads", "Lead", LEAD, "IndividualId"))
    found += _sales(own)
    if own.cases:
        found.append(Source("cases", "interactions", "Case", CASE))
    if own.tasks:
        found.append(Source("tasks", "interactions", "Task", TASK))
    return found


def _person(
    own: SalesforceSettings, stream: str, kind: str, fields: tuple[str, ...], party: str
) -> Source:
    more = [name for one in own.fields.values() for name in custom(kind, one)]
    if kind == "Contact" and own.companies:
        more.append("Account.Name")
    children = consents(party) if own.consents else ()
    return Source(stream, "customers", kind, (*fields, *more), children)


def custom(kind: str, name: str) -> Sequence[str]:
    """What a custom field is called; a person account shows those of contacts as "__pc"."""
    if kind == "Account" and name.endswith("__c"):
        return (f"{name[:-3]}__pc", name)
    return (name,)


def _sales(own: SalesforceSettings) -> list[Source]:
    more = tuple(name for name in (own.placed, own.promised, own.store) if name)
    items = Child("lines", "OrderItem", ("OrderId", *ITEM), "OrderId")
    orders = Source("orders", "orders", "Order", (*ORDER, *more), (items,))
    found = []
    if own.sales == "orders":
        found.append(orders)
    if own.sales == "opportunities":
        lines = replace(items, kind="OpportunityLineItem", fields=("OpportunityId", *ITEM),
                        theirs="OpportunityId")  # fmt: skip
        found.append(Source("orders", "orders", "Opportunity", (*OPPORTUNITY, *more), (lines,)))
    if own.returns:
        back = Child("lines", "ReturnOrderLineItem", RETURNED, "ReturnOrderId")
        found.append(Source("returns", "returns", "ReturnOrder", RETURN, (back,)))
    return found
