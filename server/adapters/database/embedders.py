"""Rows of the embedders that were used here."""

import dataclasses
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.schema import embedders
from server.adapters.database.serial import one_at_a_time
from server.model import EmbedderRecord


class SqlEmbedders:
    """The port `EmbedderRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def choose(self, record: EmbedderRecord) -> EmbedderRecord:
        """Keeps an embedder by its fingerprint, with what is known of it now, and wants it for all stores."""
        values = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        table = embedders.c
        with self._database.begin() as connection:
            one_at_a_time(connection, "lectern embedders")
            values["chosen"] = int(connection.scalar(sa.select(sa.func.max(table.chosen))) or 0) + 1
            known = table.fingerprint == record.fingerprint
            connection.execute(sa.delete(embedders).where(known))
            connection.execute(sa.insert(embedders), values)
        return dataclasses.replace(record, chosen=values["chosen"])

    def wanted(self) -> EmbedderRecord | None:
        """The one that was chosen last, if one was."""
        return self._first(sa.select(embedders).order_by(embedders.c.chosen.desc()).limit(1))

    def of(self, fingerprint: str) -> EmbedderRecord | None:
        """The one with this fingerprint, if it was ever used."""
        return self._first(sa.select(embedders).where(embedders.c.fingerprint == fingerprint))

    def named(self, model: str) -> list[EmbedderRecord]:
        """The remote ones of this model name, the one that was chosen last first."""
        query = sa.select(embedders).where(embedders.c.model == model, embedders.c.url != "")
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(query.order_by(embedders.c.chosen.desc()))]

    def _first(self, query: sa.Select[Any]) -> EmbedderRecord | None:
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record(row)


def _record(row: sa.Row[Any]) -> EmbedderRecord:
    return EmbedderRecord(**row._mapping)
