"""The closed vocabularies of the model, each word one meaning."""

from __future__ import annotations

from typing import Literal

Channel = Literal[
    "in_person", "pos", "web", "phone", "letter", "fax", "email", "sms", "messenger", "marketplace",
    "till_greeting", "till_display",
]  # fmt: skip
"""How we and the customer reach each other; `pos` and `in_person` are both at the counter."""

Purpose = Literal["marketing", "service", "profiling", "greeting"]
ConsentState = Literal[
    "granted", "pending", "denied", "withdrawn", "objected", "bounced", "blocked", "unknown"
]
LegalBasis = Literal[
    "consent", "contract", "existing_customer", "legitimate_interest", "legal_obligation"
]
"""DSGVO Art. 6(1); `existing_customer` is § 7(3) UWG."""

OrderStatus = Literal["draft", "open", "delivered", "completed", "cancelled"]
InteractionKind = Literal[
    "complaint", "enquiry", "visit", "call_back", "praise", "return", "campaign", "note",
    "purchase", "call", "missed_call", "satisfaction", "bounce",
]  # fmt: skip
"""`call` reached somebody, `missed_call` nobody: of direction "in" we missed the customer, of "out"
he missed us. `satisfaction` is an answer to the question how it was, `bounce` says that a message
of ours did not arrive."""

Band = Literal["same", "review", "apart"]
"""The verdict on a pair of source customers."""

Salutation = Literal["herr", "frau", "divers", "familie", "paar", "firma"]
"""The Anrede as told; never guessed from a first name. `paar` was told as "Herr und Frau",
`familie` as "Familie" or "Eheleute", which says nothing about who they are."""

ContactChannel = Literal["email", "phone", "mobile", "fax"]
MessageClass = Literal["service", "advert"]
