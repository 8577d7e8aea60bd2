"""Evaluations of vector stores, their runs, and what became of each question."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.entries import storable
from server.adapters.database.paging import rows_of
from server.adapters.database.schema import eval_items, eval_runs, evals, vector_stores
from server.adapters.database.serial import next_sequence
from server.adapters.database.visible import in_stores
from server.errors import UnknownEval, UnknownStore
from server.model import Caller, Page, Role
from server.ports.evals import EvalRecord, ItemRecord, ItemStatus, RunRecord, RunStatus

_ENDED = [str(status) for status in RunStatus if status.ended]


class SqlEvals:
    """The port `Evals` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: EvalRecord) -> None:
        """Stores the row. Raises UnknownStore."""
        values = _values(record) | {"criteria": [dict(one) for one in record.criteria]}
        here = sa.select(vector_stores.c.id).where(vector_stores.c.id == record.store_id)
        with self._database.begin() as connection:
            values["sequence"] = next_sequence(connection, evals)
            if connection.scalar(here.with_for_update(read=True, key_share=True)) is None:
                raise UnknownStore(store=record.store_id)
            connection.execute(sa.insert(evals).values(values))

    def get(self, eval_id: str) -> EvalRecord:
        """The evaluation. Raises UnknownEval."""
        with self._database.read() as connection:
            return _eval(_one(connection, evals, eval_id))

    def page(self, page: Page, caller: Caller) -> list[EvalRecord]:
        """A page of those of stores that the caller may read, by time of creation. Raises InvalidRequest for an unknown
        place."""
        stores = sa.select(vector_stores.c.id).where(in_stores(caller, Role.READER))
        query = sa.select(evals).where(evals.c.store_id.in_(stores))
        with self._database.read() as connection:
            return [_eval(row) for row in rows_of(connection, query, evals, page)]

    def change(self, eval_id: str, name: str | None, metadata: Mapping[str, str] | None) -> EvalRecord:
        """Changes what is given. Raises UnknownEval."""
        changes: dict[str, Any] = {} if name is None else {"name": storable(name)}
        if metadata is not None:
            changes["metadata"] = dict(metadata)
        with self._database.begin() as connection:
            if changes:
                connection.execute(sa.update(evals).where(evals.c.id == eval_id).values(changes))
            return _eval(_one(connection, evals, eval_id))

    def remove(self, eval_id: str) -> None:
        """Removes the row, its runs and their questions."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(evals).where(evals.c.id == eval_id))

    def add_run(self, run: RunRecord, items: Sequence[ItemRecord]) -> None:
        """Stores a run with its questions, all or nothing. Raises UnknownEval."""
        here = sa.select(evals.c.id).where(evals.c.id == run.eval_id)
        with self._database.begin() as connection:
            sequence = next_sequence(connection, eval_runs)
            if connection.scalar(here.with_for_update(read=True, key_share=True)) is None:
                raise UnknownEval(eval=run.eval_id)
            connection.execute(sa.insert(eval_runs).values(_values(run) | {"sequence": sequence}))
            connection.execute(sa.insert(eval_items), [_values(item) for item in items])

    def run(self, run_id: str) -> RunRecord:
        """The run. Raises UnknownEval."""
        with self._database.read() as connection:
            return _run(_one(connection, eval_runs, run_id))

    def runs(self, eval_id: str, page: Page) -> list[RunRecord]:
        """A page of an evaluation's runs by time of creation. Raises InvalidRequest for an unknown place."""
        query = sa.select(eval_runs).where(eval_runs.c.eval_id == eval_id)
        with self._database.read() as connection:
            return [_run(row) for row in rows_of(connection, query, eval_runs, page)]

    def change_run(self, run: RunRecord) -> bool:
        """Writes how the run stands; False if it has ended or gone meanwhile."""
        open_one = sa.and_(eval_runs.c.id == run.id, eval_runs.c.status.not_in(_ENDED))
        with self._database.begin() as connection:
            return connection.execute(sa.update(eval_runs).where(open_one).values(_values(run))).rowcount == 1

    def remove_run(self, run_id: str) -> None:
        """Removes the run and its questions."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(eval_runs).where(eval_runs.c.id == run_id))

    def items(self, run_id: str, status: str | None, page: Page) -> list[ItemRecord]:
        """A page of a run's questions; its places are their numbers."""
        query, number = sa.select(eval_items).where(eval_items.c.run_id == run_id), eval_items.c.number
        if status is not None:
            query = query.where(eval_items.c.status == status)
        rising = page.order == "asc"
        for name, place in (("after", page.after), ("before", page.before)):
            if place is not None:
                later = rising == (name == "after")
                query = query.where(number > int(place) if later else number < int(place))
        query = query.order_by(number.asc() if rising != page.backwards else number.desc()).limit(page.limit)
        with self._database.read() as connection:
            found = [_item(row) for row in connection.execute(query)]
        return found[::-1] if page.backwards else found

    def marks(self, run_id: str) -> list[ItemRecord]:
        """All questions of a run by number, without content."""
        table = eval_items.c
        columns = (table.run_id, table.number, table.key, table.status, table.marks, table.ended_at)
        query = sa.select(*columns, sa.literal("").label("question"), sa.null().label("outcome"))
        with self._database.read() as connection:
            rows = connection.execute(query.where(table.run_id == run_id).order_by(table.number))
            return [_item(row) for row in rows]

    def counts(self, run_id: str) -> dict[ItemStatus, int]:
        """Status -> how many of the run's questions have it."""
        query = sa.select(eval_items.c.status, sa.func.count().label("number")).where(eval_items.c.run_id == run_id)
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(eval_items.c.status))
            return {ItemStatus(row.status): row.number for row in rows}

    def settle(self, item: ItemRecord) -> bool:
        """Writes what became of a question, once; False if that is known already, or the run has gone."""
        table = eval_items.c
        waits = sa.and_(
            table.run_id == item.run_id, table.number == item.number, table.status == str(ItemStatus.QUEUED)
        )
        with self._database.begin(durable=False) as connection:  # what is lost with the power is asked again
            return connection.execute(sa.update(eval_items).where(waits).values(_values(item))).rowcount == 1


def _values(record: EvalRecord | RunRecord | ItemRecord) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    for name, value in values.items():
        if isinstance(value, RunStatus | ItemStatus):
            values[name] = str(value)
        elif isinstance(value, Mapping):
            values[name] = dict(value)
        elif isinstance(value, str):
            values[name] = storable(value)
    return values


def _one(connection: sa.Connection, table: sa.Table, key: str) -> sa.Row[Any]:
    row = connection.execute(sa.select(table).where(table.c.id == key)).one_or_none()
    if row is None:
        raise UnknownEval(eval=key)
    return row


def _eval(row: sa.Row[Any]) -> EvalRecord:
    return EvalRecord(row.id, row.name, row.store_id, row.created_at, tuple(row.criteria), row.metadata)


def _run(row: sa.Row[Any]) -> RunRecord:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(RunRecord)}
    return RunRecord(**values | {"status": RunStatus(row.status)})


def _item(row: sa.Row[Any]) -> ItemRecord:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(ItemRecord)}
    return ItemRecord(**values | {"status": ItemStatus(row.status)})
