"""Erases a contact: deleted where nothing needs it, else emptied of all that is personal."""

from __future__ import annotations

from crmsync.errors import CrmsyncError
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_odoo.api import Api
from crmsync_odoo.faults import Missing, Refused
from crmsync_odoo.sources import PLACES

NOBODY = "Gelöscht"
"""The name of a contact that invoices still need (HGB § 257, AO § 147)."""

PERSONAL = (
    "email", "phone", "mobile", "street", "street2", "zip", "city", "vat", "ref", "barcode",
    "website", "function", "comment", "title", "company_name", "category_id", "image_1920",
)  # fmt: skip


def erase(api: Api, intent: Intent) -> Result:
    """The result; who is gone already is done."""
    if not intent.external_id:
        return refused(intent, "nobody is named")
    identity = int(intent.external_id)
    places = [["parent_id", "=", identity], ["type", "in", list(PLACES)]]
    ids = [identity, *(row["id"] for row in api.search_read("res.partner", places, ["id"]))]
    try:
        api.call("res.partner", "unlink", changes=True, ids=list(reversed(ids)))
    except Missing:
        pass
    except Refused as error:
        _empty(api, ids, error)
    return done(intent)


def _empty(api: Api, ids: list[int], error: CrmsyncError) -> None:
    """Empty the contacts and archive them; the error where even that is refused."""
    offered = api.fields("res.partner")
    told = {name: [[5]] if offered[name] == "many2many" else False
            for name in PERSONAL if name in offered}  # fmt: skip
    try:
        api.call("res.partner", "write", changes=True, ids=ids,
                 vals={**told, "name": NOBODY, "active": False})  # fmt: skip
    except Missing:
        raise error from None
