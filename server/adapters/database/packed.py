"""Small sealed objects, packed into the database: a thousand of them become durable with one wait for the disk."""

from collections.abc import Sequence

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.group_commit import GroupCommit
from server.adapters.database.schema import packed_objects
from server.vault.segments import CLEAR

_MOST_VALUES = 10_000
_MOST_BYTES = 8 * 1024**2  # of one transaction


class PackedObjects:
    """The table `packed_objects`: one row per object, whole or not at all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._putting: GroupCommit[tuple[str, bytes]] = GroupCommit(self._put)

    def put(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Stores the content of each name, in place of what it was; durable when it returns. Writers that come at the
        same time share a commit."""
        first, size = 0, 0
        for place, (_, content) in enumerate(objects):
            size += len(content)
            if size > _MOST_BYTES:
                self._putting.put(objects[first:place])
                first, size = place, len(content)
        self._putting.put(objects[first:])

    def put_lazily(self, name: str, content: bytes) -> None:
        """As `put`, but without a wait for the disk: if the machine loses power, it may never have been."""
        self._put([(name, content)], durable=False)

    def get(self, name: str) -> bytes | None:
        """The object's content, if there is such an object."""
        with self._database.read() as connection:
            found = connection.scalar(sa.select(packed_objects.c.content).where(packed_objects.c.name == name))
        return None if found is None else bytes(found)

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.true()).where(packed_objects.c.name == name)) is not None

    def remove(self, names: Sequence[str]) -> None:
        """Removes the objects; they may be gone already."""
        for start in range(0, len(names), _MOST_VALUES):
            part = names[start : start + _MOST_VALUES]
            with self._database.begin() as connection:
                connection.execute(sa.delete(packed_objects).where(packed_objects.c.name.in_(part)))

    def any_in_clear(self) -> bool:
        """Whether one of them was written while the seal was off."""
        start = sa.func.substr(packed_objects.c.content, 1, len(CLEAR))
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.true()).where(start == CLEAR).limit(1)) is not None

    def _put(self, objects: Sequence[tuple[str, bytes]], *, durable: bool = True) -> None:
        rows = dict(objects)
        if not rows:
            return
        with self._database.begin(durable=durable) as connection:
            names = sorted(rows)  # the same order for all, so that no two wait for each other
            for start in range(0, len(names), _MOST_VALUES):
                part = names[start : start + _MOST_VALUES]
                connection.execute(sa.delete(packed_objects).where(packed_objects.c.name.in_(part)))
            connection.execute(sa.insert(packed_objects), [{"name": name, "content": rows[name]} for name in names])
