"""The fold over consent events: strict, and blind to order."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.model.consent import STRICTNESS, ConsentEvent, Consents, State, effective

AS_OF = "2026-11-21"


def event(state: str, at: str = "", **more: str) -> ConsentEvent:
    return ConsentEvent("s", "email", "marketing", state, at=at, **{"recorded_at": AS_OF, **more})


def fold(*events: ConsentEvent, as_of: str = AS_OF) -> State:
    found = {effective(order, as_of=as_of) for order in itertools.permutations(events)}
    assert len(found) == 1
    return found.pop()


GRANT = event("granted", "2026-05-01T10:00:00Z", evidence="doi:17")
LATER = event("granted", "2026-08-01T10:00:00Z", evidence="doi:44")
OBJECTED = event("objected", "2026-06-01T10:00:00Z")


def test_nothing_told_is_unknown_and_no_grant() -> None:
    assert fold() == State()
    assert not fold().granted


@pytest.mark.parametrize("word", ["pending", "unknown"])
def test_pending_and_unknown_are_no_grant_and_no_restriction(word: str) -> None:
    told = fold(event(word, "2026-05-01"))
    assert (told.state, told.granted, told.restricted) == (word, False, False)
    assert fold(GRANT, event(word, "2026-07-01")).granted


def test_a_grant_needs_evidence() -> None:
    assert fold(GRANT).granted
    assert not fold(GRANT._replace(evidence="")).granted


@pytest.mark.parametrize("word", STRICTNESS)
def test_a_newer_restriction_wins_and_a_newer_proven_consent_lifts_it(word: str) -> None:
    restriction = OBJECTED._replace(state=word)
    assert fold(GRANT, restriction).state == word
    assert fold(GRANT, restriction, LATER).granted


@pytest.mark.parametrize(
    "grant",
    [
        LATER._replace(evidence=""),
        LATER._replace(evidence="doi:17"),
        LATER._replace(at=""),
        LATER._replace(at=OBJECTED.at),
        LATER._replace(at="2026-06-01"),
        LATER._replace(at="2026-05-31T23:59:59Z"),
        LATER._replace(basis="existing_customer"),
        LATER._replace(basis="legitimate_interest"),
        LATER._replace(at="2027-01-01T00:00:00Z"),
        LATER._replace(expires_on="2026-09-01"),
    ],
    ids=["no evidence", "old evidence", "undated", "same moment", "same day", "a moment before",
         "existing customer", "interest", "from the future", "expired"],
)  # fmt: skip
def test_what_does_not_lift_an_objection(grant: ConsentEvent) -> None:
    assert fold(GRANT, OBJECTED, grant).state == "objected"


def test_an_undated_restriction_counts_from_the_day_it_was_recorded() -> None:
    bare = event("denied", recorded_at="2026-07-01")
    assert fold(bare, GRANT).restricted
    assert fold(bare, LATER).granted
    assert fold(bare._replace(recorded_at=""), LATER).restricted


def test_a_restriction_of_a_day_lasts_to_its_end() -> None:
    of_a_day = OBJECTED._replace(at="2026-06-01")
    assert fold(of_a_day, LATER._replace(at="2026-06-01T23:59:59Z")).restricted
    assert fold(of_a_day, LATER._replace(at="2026-06-02T00:00:00Z")).granted


def test_a_sync_cannot_reach_behind_what_a_customer_told_us() -> None:
    letter = event("objected", "2026-06-01", origin="letter", recorded_at="2026-09-01")
    assert fold(letter, LATER).restricted
    assert fold(letter, LATER._replace(origin="form")).granted
    assert fold(letter, LATER._replace(at="2026-09-02T08:00:00Z")).granted


def test_a_customer_may_give_the_same_form_again_where_a_sync_may_not() -> None:
    again = GRANT._replace(at="2026-08-01T10:00:00Z")
    assert fold(GRANT, OBJECTED, again).restricted
    assert fold(GRANT, OBJECTED, again._replace(origin="form")).granted


def test_an_erased_proof_may_have_been_the_same() -> None:
    again = GRANT._replace(at="2026-08-01T10:00:00Z")
    assert fold(GRANT._replace(evidence=""), OBJECTED, again).restricted


def test_an_expired_grant_is_named_as_such() -> None:
    grant = GRANT._replace(expires_on="2026-11-20")
    assert fold(grant) == State(expired=True, expires_on="2026-11-20")
    assert fold(grant._replace(expires_on=AS_OF)).granted


def test_a_consent_is_preferred_to_another_basis() -> None:
    sale = LATER._replace(basis="existing_customer", evidence="order:1 notice:2")
    assert fold(GRANT, sale).consented
    assert not fold(sale).consented
    assert fold(sale).granted


def test_the_strictest_of_several_restrictions_is_named() -> None:
    assert fold(event("bounced", "2026-07-01"), OBJECTED).state == "objected"


def test_one_restricted_address_restricts_the_channel_not_the_other_address() -> None:
    a, b = GRANT._replace(subject="a"), OBJECTED._replace(subject="b")
    told = Consents(AS_OF, (a, b), {"a@example.org": "a", "b@example.org": "b"})
    assert told.of("email", "marketing").restricted
    assert told.of("email", "marketing", "a@example.org").granted
    assert told.of("email", "marketing", "b@example.org").restricted
    assert told.of("email", "marketing", "c@example.org").state == "unknown"
    assert told.of("phone", "marketing").state == "unknown"


def test_a_bounce_closes_the_address_even_behind_an_objection() -> None:
    told = Consents(AS_OF, (OBJECTED, event("bounced", "2026-07-01")), {"a@example.org": "s"})
    assert told.of("email", "marketing", "a@example.org").state == "objected"
    assert told.unusable("email", "a@example.org").state == "bounced"
    assert not Consents(AS_OF, (OBJECTED,), {"a@example.org": "s"}).unusable("email").restricted


days = st.sampled_from(["", "2026-03-01", "2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z",
                        "2026-04-01", "2026-05-01T10:00:00.250Z", "2027-05-01"])  # fmt: skip
events = st.builds(
    ConsentEvent,
    subject=st.sampled_from(["crm", "shop"]),
    channel=st.just("email"),
    purpose=st.just("marketing"),
    state=st.sampled_from(["granted", "granted", "pending", "unknown", *STRICTNESS]),
    basis=st.sampled_from(["", "consent", "existing_customer"]),
    at=days,
    recorded_at=st.sampled_from(["2026-03-01", "2026-04-15", "2026-06-01"]),
    origin=st.sampled_from(["sync", "sync", "form", "till"]),
    evidence=st.sampled_from(["", "doi:1", "doi:2"]),
    expires_on=st.sampled_from([None, None, "2026-12-31", "2026-01-01"]),
)


@given(st.lists(events, max_size=7), st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(told: list[ConsentEvent], chance: random.Random) -> None:
    shuffled = [*told, *told[:2]]
    chance.shuffle(shuffled)
    assert effective(told, as_of=AS_OF) == effective(shuffled, as_of=AS_OF)


@given(st.lists(events, max_size=7), events)
def test_no_event_widens_but_a_newer_proven_grant(
    told: list[ConsentEvent], new: ConsentEvent
) -> None:
    before, after = effective(told, as_of=AS_OF), effective([*told, new], as_of=AS_OF)
    if not after.granted or before.granted:
        return
    assert new.state == "granted"
    assert new.evidence
    restrictions = [one.at or one.recorded_at for one in told if one.state in STRICTNESS]
    assert all(new.at > since for since in restrictions)
    assert not restrictions or new.basis in ("", "consent")
    if new.origin == "sync":
        same = [one.at for one in told if one.state == "granted" and one.evidence == new.evidence]
        assert all(at > since for at in same for since in restrictions)


@given(st.lists(events, min_size=1, max_size=7), st.data())
def test_erasing_evidence_never_widens(told: list[ConsentEvent], data: st.DataObject) -> None:
    victim = data.draw(st.integers(0, len(told) - 1))
    erased = [one._replace(evidence="") if n == victim else one for n, one in enumerate(told)]
    if effective(erased, as_of=AS_OF).granted:
        assert effective(told, as_of=AS_OF).granted
