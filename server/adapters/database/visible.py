"""What a caller may see and change, as conditions of SQL: lists, counts and single rows are decided by the same ones.

A role in a store comes of four ways, and the largest counts: administrators have theirs everywhere; a shared store
gives everybody their role in the installation; its owner edits it; and a grant gives a principal what it says. A key
of a user has at most its own role anywhere; one that is limited to stores has none anywhere else. A list of who may
read a file only ever takes away, but not from the file's owner and administrators.
"""

import sqlalchemy as sa

from server.adapters.database.schema import file_grants, files, store_files, store_grants, vector_stores
from server.model import Caller, Role

Condition = sa.ColumnElement[bool]


def in_stores(caller: Caller, needed: Role) -> Condition:
    """Of vector stores: those in which the caller has this role."""
    table = vector_stores.c
    if caller.role == Role.AUDITOR or not caller.most.covers(needed):
        return sa.false()
    if caller.role == Role.ADMIN:
        where: Condition = sa.true()
    else:
        ways: list[Condition] = [table.id.in_(_granted(caller, needed))]
        if caller.role.covers(needed):
            ways.append(_true(table.shared == sa.true()))
        if Role.EDITOR.covers(needed):
            ways.append(_true(table.owner == caller.owner))
        where = sa.or_(*ways)
    return where if caller.stores is None else sa.and_(where, table.id.in_(sorted(caller.stores)))


def of_files(caller: Caller, needed: Role) -> Condition:
    """Of files: those for which the caller has this role. Readers read a store that holds the file; whoever changes it
    changes it in all stores, and so must edit all."""
    if caller.unlimited:
        return sa.true()
    if caller.role == Role.AUDITOR or not caller.most.covers(needed):
        return sa.false()
    reached = sa.and_(sa.not_(_true(_hidden(caller))), sa.exists().where(_holds(), in_stores(caller, Role.READER)))
    own = _true(files.c.owner == caller.owner)
    if caller.stores is not None:  # what a limited key has just uploaded is in no store yet
        elsewhere = sa.exists().where(_holds(), sa.not_(in_stores(caller, Role.READER)))
        own = sa.and_(own, sa.not_(elsewhere))
    if needed != Role.READER:
        reached = sa.and_(reached, sa.not_(sa.exists().where(_holds(), sa.not_(in_stores(caller, needed)))))
    return sa.or_(own, reached)


def hidden_files(caller: Caller) -> sa.Select[tuple[str]] | None:
    """Ids of the files that are kept from the caller whatever stores they are in; None where there can be none."""
    return None if caller.role == Role.ADMIN else sa.select(files.c.id).where(_hidden(caller))


def shown(caller: Caller) -> Condition:
    """Of files in a store that the caller reads: those that are not kept from it."""
    hidden = hidden_files(caller)
    return sa.true() if hidden is None else store_files.c.file_id.not_in(hidden)


def _hidden(caller: Caller) -> Condition:
    if caller.role == Role.ADMIN:
        return sa.false()
    listed = sa.select(file_grants.c.file_id).where(file_grants.c.principal.in_(sorted(caller.principals)))
    others = sa.not_(_true(files.c.owner == caller.owner))
    return sa.and_(files.c.restricted == sa.true(), others, files.c.id.not_in(listed))


def _true(condition: Condition) -> Condition:
    """The condition, false where it is not known: what nobody owns is not nobody's own when turned round."""
    return sa.func.coalesce(condition, sa.false())


def _holds() -> Condition:
    """A store that holds the file."""
    return sa.and_(store_files.c.file_id == files.c.id, store_files.c.store_id == vector_stores.c.id)


def _granted(caller: Caller, needed: Role) -> sa.Select[tuple[str]]:
    roles = [str(role) for role in Role if role.covers(needed)]
    table = store_grants.c
    return sa.select(table.store_id).where(table.principal.in_(sorted(caller.principals)), table.role.in_(roles))
