"""The index of people: who is found under which words, phone ends and postal codes."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, table, text

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Beginnings are ranges, so every database compares by code point."""

search_person = table(
    "search_person",
    text("customer_id", key=True),
    number("slot"),
    text("words"),
    text("listed"),
    sa.Index("search_person_slot", "slot", unique=True),
)
"""One row a customer: its number in the lists, the words of its name, and all it is listed under
(JSON)."""

search_term = table(
    "search_term",
    number("id", key=True),
    sa.Column("spelling", _BYTEWISE, nullable=False),
    text("text"),
    sa.Index("search_term_spelling", "spelling"),
)
"""What people are listed under, and the spelling by which it is looked up."""

search_cut = table("search_cut", number("cut", key=True), number("term", key=True),
                   sa.Index("search_cut_term", "term"))  # fmt: skip
"""The words that are left of a word when letters are deleted, as checksums."""

search_sound = table("search_sound", text("code", key=True), number("term", key=True),
                     sa.Index("search_sound_term", "term"))  # fmt: skip
"""Words by their Kölner code."""

search_posting = table(
    "search_posting", number("term", key=True), number("block", key=True), blob("places")
)
"""Who has a term: the places in a block of slots, two bytes each."""
