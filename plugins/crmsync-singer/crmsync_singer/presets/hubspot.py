"""tap-hubspot (4.x): contacts, and deals as orders."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync_singer.presets.preset import Preset, Raw, amount, flag, part


def with_line(raw: Raw) -> Raw | None:
    """The deal with one line of its amount; one without amount or date is no order yet."""
    total = amount(part(raw, "property_amount.value"))
    placed = part(raw, "property_closedate.value") or part(raw, "property_createdate.value")
    if total is None or not placed:
        return None
    line = {"title": part(raw, "property_dealname.value"), "amount": total}
    return {**raw, "_lines": [line], "_placed": placed}


STREAMS: Mapping[str, Preset] = {
    "customers": Preset(
        kind="customers",
        stream="contacts",
        map={
            "salutation": "property_salutation",
            "given_name": "property_firstname",
            "family_name": "property_lastname",
            "company": "property_company",
            "birth_date": "property_date_of_birth",
            "language": "property_hs_language",
            "contacts.email": "property_email",
            "contacts.phone": "property_phone",
            "contacts.mobile": "property_mobilephone",
            "contacts.fax": "property_fax",
            "addresses.home.street": "property_address",
            "addresses.home.postal_code": "property_zip",
            "addresses.home.city": "property_city",
            "addresses.home.region": "property_state",
            "addresses.home.country": "property_country",
            "consents.email.marketing": flag("property_hs_email_optout", "objected"),
            "since": "createdAt",
            "changed_at": "updatedAt",
        },
        gone="archived",
    ),
    "orders": Preset(
        kind="orders",
        stream="deals",
        key="dealId",
        map={
            "number": "dealId",
            "customer": "associations.associatedVids.0",
            "channel": {"const": "in_person"},
            "placed_at": "_placed",
            "status": {
                "field": "property_dealstage.value",
                "values": {"closedwon": "completed", "closedlost": "cancelled"},
                "other": "open",
            },
            "currency": "property_deal_currency_code.value",
            "prices_include_tax": {"const": False},
        },
        lines={"from": "_lines", "title": "title", "amount": "amount"},
        prepare=with_line,
        reads=("property_amount", "property_closedate", "property_createdate",
               "property_dealname"),
        gone="isDeleted",
    ),
}  # fmt: skip
