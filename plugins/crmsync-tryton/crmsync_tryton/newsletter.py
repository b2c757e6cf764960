"""An address on a mailing list of Tryton (module marketing_email) as a consent in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.model.told import ToldConsent, ToldContact, ToldCustomer
from crmsync.model.words import ConsentState
from crmsync_tryton import codec

Row = Mapping[str, Any]


def recipient(raw: Row) -> ToldCustomer:
    """Whoever has the address, and what he said of adverts by e-mail."""
    email = codec.text(raw.get("email"), field="email")
    contacts = (ToldContact(channel="email", value=email),) if email else ()
    return ToldCustomer(contacts=contacts, consents=_consents(raw, email))


def _consents(raw: Row, email: str | None) -> tuple[ToldConsent, ...]:
    """Whoever is on the list proves nothing: a clerk may have put him there, or the link of the
    confirmation, and Tryton does not note which. Whoever left it has withdrawn; whoever was never
    let in was asked to confirm and has not."""
    if email is None or raw.get("active") not in (False, 0):
        return ()
    written = codec.moment(raw.get("write_date"), field="write_date")
    asked = codec.moment(raw.get("create_date"), field="create_date")
    state: ConsentState = "withdrawn" if written else "pending"
    place = codec.related(raw, "list_") or {}
    return (
        ToldConsent(
            channel="email",
            purpose="marketing",
            state=state,
            contact=email,
            at=written or asked,
            source=codec.text(place.get("name"), field="list_"),
        ),
    )
