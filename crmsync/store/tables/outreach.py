"""The ledger of consents: append-only, chained; what names a person lies apart and can go."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, table, text

ledger = table(
    "ledger",
    number("seq", key=True),
    text("subject"),
    text("channel"),
    text("purpose"),
    text("controller"),
    text("state"),
    text("basis"),
    text("at"),
    text("recorded_at"),
    text("origin"),
    text("expires_on", null=True),
    blob("commitment"),
    blob("prev_hash"),
    blob("hash"),
    sa.Index("ledger_subject", "subject"),
)
"""`subject` is the pseudonym of a contact point; `commitment` a salted hash of the payload.

The database itself refuses to change or delete a row.
"""

ledger_payload = table("ledger_payload", number("seq", key=True), blob("salt"), text("payload"))
"""The erasable half of a ledger row: contact point, evidence, source."""

ledger_key = table("ledger_key", number("id", key=True), blob("key"))
"""The one key (id 1) that turns contact points into subjects; made with the first entry."""

consent_told = table("consent_told", number("source_id", key=True), text("told"))
"""What a source customer's claims said the last time (a JSON list of digests): what is told
again unchanged is no news, what was withdrawn and comes back is."""

REFUSAL = "the ledger is append-only"


def _on_sqlite(name: str, event: str, condition: str = "") -> None:
    statement = (
        f"CREATE TRIGGER {name} BEFORE {event} ON ledger {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    _after_create(statement, "sqlite")


def _on_postgresql(statement: str) -> None:
    _after_create(statement, "postgresql")


def _after_create(statement: str, dialect: str) -> None:
    ddl: Any = sa.DDL(statement)  # type: ignore[no-untyped-call]
    sa.event.listen(ledger, "after_create", ddl.execute_if(dialect=dialect))


_on_sqlite("ledger_no_update", "UPDATE")
_on_sqlite("ledger_no_delete", "DELETE")
# INSERT OR REPLACE deletes without firing the delete trigger.
_on_sqlite("ledger_no_replace", "INSERT", "WHEN EXISTS (SELECT 1 FROM ledger WHERE seq = NEW.seq)")
_on_postgresql(
    "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)
_on_postgresql(
    "CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger "
    "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
)
_on_postgresql(
    "CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
)
