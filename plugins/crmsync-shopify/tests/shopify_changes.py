"""What an app may change in the fake shop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shopify_shapes import gid, phone_of, stale

from crmsync.testing import FakeBackend, Row


class ChangedByApp(FakeBackend):
    """The mutations, each by the name the connector gives it."""

    metafields: dict[tuple[str, str], str]
    document: str

    def on_look(self, asked: Any) -> Any:
        ((name, value),) = asked["identifier"].items()
        place = {"emailAddress": "defaultEmailAddress.emailAddress",
                 "phoneNumber": "defaultPhoneNumber.phoneNumber"}[name]  # fmt: skip
        found = self.find("customers", place, value)
        return {"customerByIdentifier": {"id": found[0].id} if found else None}

    def on_held(self, asked: Any) -> Any:
        row = self.get("customers", asked["id"])
        if row is None:
            return {"customer": None}
        metas = {}
        for name, key in re.findall(r'(meta_\w+): metafield\([^)]*key: "([^"]+)"', self.document):
            value = self.metafields.get((row.id, key))
            metas[name] = value and {"value": value, "compareDigest": f"d-{value}"}
        return {"customer": {**row.data, **metas}}

    def on_create(self, asked: Any) -> Any:
        told = asked["input"]
        if errors := self.checked(told, None):
            return {"done": {"customer": None, "userErrors": errors}}
        fields = self.customer_of(told, {"emailAddress": told.get("email")})
        base = {"createdAt": self.stamped(self.now), "tags": [], "verifiedEmail": True,
                "defaultAddress": None, "addressesV2": [], "defaultPhoneNumber": None}  # fmt: skip
        row = self.make("customers", {**base, **fields})
        return {"done": {"customer": {"id": row.id}, "userErrors": []}}

    def on_update(self, asked: Any) -> Any:
        told = asked["input"]
        row = self.get("customers", told["id"])
        if row is None:
            errors = [{"field": ["id"], "message": "Customer does not exist"}]
            return {"done": {"customer": None, "userErrors": errors}}
        if errors := self.checked(told, row):
            return {"done": {"customer": None, "userErrors": errors}}
        fields = self.customer_of(told, row.data.get("defaultEmailAddress") or {})
        self.change("customers", row.id, fields)
        return {"done": {"customer": {"id": row.id}, "userErrors": []}}

    def customer_of(self, told: Any, email: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: told[name] for name in ("firstName", "lastName", "locale") if name in told}
        never = {"marketingState": "NOT_SUBSCRIBED", "marketingOptInLevel": None,
                 "marketingUpdatedAt": None}  # fmt: skip
        if "email" in told:
            found["defaultEmailAddress"] = {**never, **email, "emailAddress": told["email"]}
        if "phone" in told:
            found["defaultPhoneNumber"] = phone_of(told["phone"])
        return found

    def checked(self, told: Any, row: Row | None) -> list[dict[str, Any]]:
        """What is wrong with a customer."""
        email = told.get("email")
        if email is not None and "@" not in email:
            return [{"field": ["email"], "message": f"Email {email} is invalid"}]
        others = self.find("customers", "defaultEmailAddress.emailAddress", email) if email else []
        if any(row is None or one.id != row.id for one in others):
            return [{"field": ["email"], "message": "Email has already been taken"}]
        return []

    def on_address_new(self, asked: Any) -> Any:
        address = {"id": gid("MailingAddress", self.changes + 5000), **asked["address"]}
        data = {"addressesV2": [address], "defaultAddress": {"id": address["id"]}}
        self.change("customers", asked["customer"], data)
        return {"done": {"address": {"id": address["id"]}, "userErrors": []}}

    def on_address_change(self, asked: Any) -> Any:
        row = self.kept["customers"][asked["customer"]]
        changed = [{**one, **asked["address"]} if one["id"] == asked["id"] else one
                   for one in row.data["addressesV2"]]  # fmt: skip
        self.change("customers", row.id, {"addressesV2": changed})
        return {"done": {"address": {"id": asked["id"]}, "userErrors": []}}

    def on_meta_set(self, asked: Any) -> Any:
        for one in asked["metafields"]:
            place = (one["ownerId"], one["key"])
            before = self.metafields.get(place)
            if one["compareDigest"] != (before and f"d-{before}"):
                return {"done": {"metafields": None, "userErrors": [stale()]}}
            self.metafields[place] = one["value"]
        return {"done": {"metafields": [], "userErrors": []}}

    def on_meta_delete(self, asked: Any) -> Any:
        for one in asked["metafields"]:
            self.metafields.pop((one["ownerId"], one["key"]), None)
        return {"done": {"deletedMetafields": [], "userErrors": []}}

    def on_email_consent(self, asked: Any) -> Any:
        told = asked["input"]["emailMarketingConsent"]
        own = {"marketingState": told["marketingState"],
               "marketingUpdatedAt": told.get("consentUpdatedAt"),
               "marketingOptInLevel": told.get("marketingOptInLevel")}  # fmt: skip
        row = self.kept["customers"][asked["input"]["customerId"]]
        data = {"defaultEmailAddress": {**row.data["defaultEmailAddress"], **own}}
        self.change("customers", row.id, data)
        return {"done": {"customer": {"id": row.id}, "userErrors": []}}

    def on_sms_consent(self, asked: Any) -> Any:
        told = asked["input"]["smsMarketingConsent"]
        row = self.kept["customers"][asked["input"]["customerId"]]
        own = {"state": told["marketingState"], "optInLevel": told.get("marketingOptInLevel"),
               "updatedAt": told.get("consentUpdatedAt"), "sourceLocation": None}  # fmt: skip
        data = {"defaultPhoneNumber.smsMarketingConsent": own}
        self.change("customers", row.id, data)
        return {"done": {"customer": {"id": row.id}, "userErrors": []}}

    def on_tags_add(self, asked: Any) -> Any:
        return self.tagged(asked, lambda tags, told: [*dict.fromkeys([*tags, *told])])

    def on_tags_remove(self, asked: Any) -> Any:
        return self.tagged(asked, lambda tags, told: [one for one in tags if one not in told])

    def tagged(self, asked: Any, change: Any) -> Any:
        row = self.get("customers", asked["id"])
        if row is None:
            errors = [{"field": ["id"], "message": "Customer does not exist"}]
            return {"done": {"node": None, "userErrors": errors}}
        self.change("customers", row.id, {"tags": change(row.data["tags"], asked["tags"])})
        return {"done": {"node": {"id": row.id}, "userErrors": []}}

    def on_erase(self, asked: Any) -> Any:
        if self.get("customers", asked["id"]) is None:
            error = {"field": ["customerId"], "message": "no", "code": "DOES_NOT_EXIST"}
            return {"done": {"customerId": None, "userErrors": [error]}}
        self.delete("customers", asked["id"])
        return {"done": {"customerId": asked["id"], "userErrors": []}}
