"""What Salesforce says of consents: objections always, a consent only with its proof.

A flag that is not set is no consent. An Individual objects for all channels; a consent of a contact
point counts where it is for a purpose that allows adverts, and e-mail needs its double opt-in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.model.told import ToldConsent
from crmsync.model.words import Channel
from crmsync_salesforce.settings import SalesforceSettings

Row = Mapping[str, Any]

FLAGS: tuple[tuple[str, tuple[Channel, ...]], ...] = (
    ("HasOptedOutOfEmail", ("email",)),
    ("HasOptedOutOfFax", ("fax",)),
    ("DoNotCall", ("phone",)),
)
CHANNELS: tuple[Channel, ...] = ("email", "phone", "sms", "letter", "fax", "messenger")
TYPES: Mapping[str, tuple[Channel, ...]] = {
    "Email": ("email",),
    "Phone": ("phone", "sms"),
    "MailingAddress": ("letter",),
    "Social": ("messenger",),
    "Web": ("web",),
}


def consents(fields: Row, raw: Row, own: SalesforceSettings) -> Iterator[ToldConsent]:
    """What a person allowed or forbade; `fields` are his under the names of a contact."""
    for name, channels in FLAGS:
        if fields.get(name) is True:
            yield from (_against(one, name) for one in channels)
    if fields.get("EmailBouncedDate"):
        yield ToldConsent(channel="email", state="bounced", contact=fields.get("Email"),
                          at=fields["EmailBouncedDate"], source="EmailBouncedDate")  # fmt: skip
    for one in _rows(raw, "individuals"):
        yield from _individual(one)
    for one in _rows(raw, "types"):
        for channel in TYPES.get(str(one.get("ContactPointType")), ()):
            yield from _given(one, channel, None, own)
    points = _points(raw)
    for one in _rows(raw, "points"):
        found = points.get(str(one.get("ContactPointId")))
        if found is not None:
            yield from _given(one, *found, own)


def _individual(row: Row) -> Iterator[ToldConsent]:
    """Whoever asks to be forgotten is not written to at all (DSGVO Art. 17, 21)."""
    if row.get("HasOptedOutSolicit") is True:
        yield from (_against(one, "HasOptedOutSolicit") for one in CHANNELS)
    if row.get("HasOptedOutProfiling") is True:
        yield ToldConsent(channel="email", purpose="profiling", state="objected",
                          source="HasOptedOutProfiling")  # fmt: skip
    if row.get("ShouldForget") is True:
        yield from (ToldConsent(channel=one, state="blocked", source="ShouldForget")
                    for one in CHANNELS)  # fmt: skip


def _against(channel: Channel, source: str) -> ToldConsent:
    return ToldConsent(channel=channel, state="objected", source=source)


def _given(
    row: Row, channel: Channel, contact: Any, own: SalesforceSettings
) -> Iterator[ToldConsent]:
    """An opt-out whatever it was for; an opt-in where it was for adverts."""
    at = row.get("EffectiveFrom") or row.get("CaptureDate")
    told: dict[str, Any] = {"channel": channel, "contact": contact, "source": "ContactPointConsent"}
    status = row.get("PrivacyConsentStatus")
    if status == "OptOut":
        yield ToldConsent(**told, state="withdrawn", at=_last(row))
    if status != "OptIn" or row.get("DataUsePurpose.Name") not in own.marketing:
        return
    confirmed = row.get("DoubleConsentCaptureDate")
    proof = confirmed if own.double_opt_in and channel == "email" else row.get("CaptureDate")
    ends = row.get("EffectiveTo")
    if isinstance(ends, str):
        told["expires_on"] = ends
    if not proof or not row.get("CaptureSource"):
        yield ToldConsent(**told, state="pending", at=at)
        return
    evidence = f"{row.get('Id')}, {row['CaptureSource']}, {proof}"
    yield ToldConsent(**told, state="granted", at=proof, basis="consent", evidence=evidence)


def _last(row: Row) -> str | None:
    """The latest of a row's moments: who takes a consent back leaves the dates of giving it."""
    names = ("EffectiveFrom", "CaptureDate", "DoubleConsentCaptureDate", "LastModifiedDate")
    return max((str(row[one]) for one in names if row.get(one)), default=None)


def _points(raw: Row) -> dict[str, tuple[Channel, Any]]:
    found: dict[str, tuple[Channel, Any]] = {}
    for one in _rows(raw, "emails"):
        found[str(one.get("Id"))] = ("email", one.get("EmailAddress"))
    for one in _rows(raw, "phones"):
        found[str(one.get("Id"))] = ("phone", one.get("TelephoneNumber"))
    return {name: one for name, one in found.items() if one[1]}


def _rows(raw: Row, name: str) -> list[Row]:
    found = raw.get(name) or []
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
