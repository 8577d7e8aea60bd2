"""The record of who did what."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
import sqlalchemy as sa

from server.adapters.audit_head import HeadFile
from server.adapters.database.engine import Database
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import audit
from server.adapters.database.serial import one_at_a_time
from server.audit.chain import MISSING, PRUNED, Link, Signer, chained, entry_id, head_of
from server.errors import AuditUnavailable, DamagedSeal
from server.model import AuditEntry, AuditEvent, AuditFilter, AuditHead, Page

_BATCH = 500


class SqlAudit:
    """The port `Audit` on SQLite or PostgreSQL, with its head in a file beside it.

    Writers of all processes take turns. Each looks whether the record still reaches its head; where it does not, it
    says so in an entry of its own, and the numbers of what is gone are not given again.
    """

    def __init__(self, database: Database, signer: Signer, head: HeadFile) -> None:
        self._database = database
        self.signer = signer
        self._head = head
        self._turn = threading.Lock()

    def append(self, events: Sequence[AuditEvent], *, durable: bool = True) -> None:
        """Adds the events, all or none, in this order. Raises AuditUnavailable."""
        with self._turn:
            try:
                with self._database.begin(durable=durable) as connection:
                    last = self._add(connection, events)
                self._head.advance(head_of(last))
            except (sa.exc.SQLAlchemyError, OSError) as error:
                raise AuditUnavailable(detail=type(error).__name__) from error

    def page(self, wanted: AuditFilter, page: Page) -> list[AuditEntry]:
        """A page of the entries, by their numbers. Raises InvalidRequest."""
        query = sa.select(audit).where(*_conditions(wanted))
        with self._database.read() as connection:
            return [_entry(row) for row in rows_of(connection, query, audit, page)]

    def bounds(self, since: int | None = None, until: int | None = None) -> tuple[int, int]:
        """Numbers of the first and the last entry of that time; (1, 0) if there are none."""
        found = sa.select(sa.func.min(audit.c.sequence), sa.func.max(audit.c.sequence))
        with self._database.read() as connection:
            first, last = connection.execute(found.where(*_conditions(AuditFilter(since, until)))).one()
        return (1, 0) if first is None else (first, last)

    def entries(self, first: int, last: int) -> Iterator[AuditEntry]:
        """The entries with these numbers, in their order."""
        while first <= last:
            query = sa.select(audit).where(audit.c.sequence.between(first, last))
            with self._database.read() as connection:
                found = [_proven(row) for row in connection.execute(query.order_by(audit.c.sequence).limit(_BATCH))]
            if not found:
                return
            yield from found
            first = found[-1].sequence + 1

    def head(self) -> AuditHead | None:
        """Where the record ended when it was last written to. Raises DamagedSeal."""
        return self._head.read()

    def prune(self, before: int, by: AuditEvent) -> int:
        """Removes the entries before the first one that is not older than `before` (Unix seconds), and says so in an
        entry made of `by`; how many they were. Raises AuditUnavailable."""
        with self._turn:
            try:
                with self._database.begin() as connection:
                    one_at_a_time(connection, "lectern audit")
                    kept = connection.scalar(sa.select(sa.func.min(audit.c.sequence)).where(audit.c.time >= before))
                    older = sa.true() if kept is None else audit.c.sequence < kept
                    newest = sa.select(audit.c.sequence, audit.c.hash).where(older)
                    last = connection.execute(newest.order_by(audit.c.sequence.desc()).limit(1)).one_or_none()
                    if last is None:
                        return 0
                    detail = {"before": before, "last": last.sequence, "hash": last.hash}
                    note = AuditEvent(PRUNED, by.route, by.caller, detail=detail)
                    head = self._add(connection, [note])
                    removed = connection.execute(sa.delete(audit).where(audit.c.sequence <= last.sequence)).rowcount
                self._head.advance(head_of(head))
            except (sa.exc.SQLAlchemyError, OSError) as error:
                raise AuditUnavailable(detail=type(error).__name__) from error
        return removed

    def _add(self, connection: sa.Connection, events: Sequence[AuditEvent]) -> AuditEntry:
        one_at_a_time(connection, "lectern audit")
        query = sa.select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
        row = connection.execute(query).one_or_none()
        end = Link(row.sequence, row.hash) if row else Link()
        notice, skipped = self._notice(end)
        entries: list[AuditEntry] = []
        for event in (*notice, *events):
            entry = chained(event, end, self.signer, skipped)
            entries.append(entry)
            end, skipped = Link(entry.sequence, entry.hash), 0
        connection.execute(sa.insert(audit), [_row(entry) for entry in entries])
        return entries[-1]

    def _notice(self, end: Link) -> tuple[list[AuditEvent], int]:
        """What is to be said of a record that does not reach its head, and how many numbers are lost."""
        try:
            head = self._head.read()
        except DamagedSeal:
            return [AuditEvent("audit_head_damaged", "lectern")], 0
        if head is None and not end.sequence:
            # Before the first entry: another process may write the second one before the first has its head.
            self._head.advance(AuditHead(0, end.hash, self.signer.sign(end.hash)))
            return [], 0
        if head is None:
            return [AuditEvent("audit_head_missing", "lectern")], 0
        if head.sequence <= end.sequence:
            return [], 0
        detail = {"first": end.sequence + 1, "last": head.sequence, "hash": head.hash}
        return [AuditEvent(MISSING, "lectern", detail=detail)], head.sequence - end.sequence


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    column, found = audit.c, list[sa.ColumnElement[bool]]()
    if wanted.since is not None:
        found.append(column.time >= wanted.since)
    if wanted.until is not None:
        found.append(column.time < wanted.until)
    if wanted.who is not None:
        found.append(sa.or_(column.owner == wanted.who, column.key_id == wanted.who, column.name == wanted.who))
    if wanted.action is not None:
        found.append(column.action == wanted.action)
    if wanted.actions:
        found.append(column.action.in_(wanted.actions))
    if wanted.request is not None:
        found.append(column.request == wanted.request)
    if wanted.resource is not None:
        found.append(_names(orjson.dumps(wanted.resource).decode()))
    if wanted.done:
        found += [sa.not_(column.entry.contains(f'"status":{refused}')) for refused in (4, 5)]
    return found


def _names(written: str) -> sa.ColumnElement[bool]:
    """Entries whose resources, which are the one list of texts in them, or whose documents hold an id as JSON writes
    it. A quotation mark inside a text has a backslash before it, so nothing that somebody sent is taken for these."""
    places = (f"[{written}", f",{written}", f'"file_id":{written}', f'"vector_store_id":{written}')
    return sa.or_(*(audit.c.entry.contains(place, autoescape=True) for place in places))


def _row(entry: AuditEntry) -> dict[str, Any]:
    told = orjson.loads(entry.text)
    actor = told["actor"]
    return {
        "sequence": entry.sequence,
        "id": entry_id(entry.sequence),
        "time": told["time"],
        "owner": actor["owner"],
        "key_id": actor["key_id"],
        "name": actor["name"],
        "action": told["action"],
        "request": told["request_id"],
        "entry": entry.text,
        "hash": entry.hash,
        "signature": entry.signature,
    }


def _entry(row: sa.Row[Any]) -> AuditEntry:
    return AuditEntry(row.sequence, row.entry, row.hash, row.signature)


def _proven(row: sa.Row[Any]) -> AuditEntry:
    """The entry, with a look whether somebody changed the copies by which it is found."""
    entry = _entry(row)
    try:
        return replace(entry, sound=_row(entry) == row._asdict())
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return replace(entry, sound=False)
