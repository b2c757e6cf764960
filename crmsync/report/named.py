"""Who may be named on a page: not everybody's figures may be looked at one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crmsync.model.consent import Consents
from crmsync.model.customer import Profile
from crmsync.profile.profiles import load_profiles
from crmsync.store import Work
from crmsync.store.ledger import consents_of


class Named(NamedTuple):
    """A customer on a page: the id, and the name as it was told, or the number where none is."""

    customer_id: str
    name: str


def named(work: Work, customer_ids: Iterable[str], as_of: str) -> dict[str, Named]:
    """Those of these customers who may be named, by id.

    Left out are the deceased, the blocked (Art. 18 DSGVO), and whoever objected to profiling, on
    whichever channel (Art. 21). Who has no profile yet is left out too.
    """
    wanted = sorted(set(customer_ids))
    profiles = load_profiles(work, wanted)
    consents = consents_of(work, profiles, as_of=as_of)
    return {
        name: Named(name, _name(profile))
        for name, profile in profiles.items()
        if not (profile.customer.deceased or profile.customer.blocked or _objects(consents[name]))
    }


def _objects(consents: Consents) -> bool:
    return any(
        consents.of(channel, purpose).restricted
        for channel, purpose in consents.pairs()
        if purpose == "profiling"
    )


def _name(profile: Profile) -> str:
    customer = profile.customer
    person = customer.name.display if customer.name else ""
    number = f"Nr. {customer.customer_number}" if customer.customer_number else ""
    shown = ", ".join(part for part in (customer.company, person) if part)
    return shown or number or profile.sources[0]
