"""The port `Allowances`, on SQLite and PostgreSQL."""

from server.adapters.database.allowances import SqlAllowances
from server.adapters.database.engine import Database
from server.model import Allowance, Usage


def test_what_is_allowed_is_kept_until_it_is_taken_back(database: Database) -> None:
    rows = SqlAllowances(database)
    rows.put("key:a", Allowance(requests_per_minute=5, store_bytes=2**40))
    rows.put("user:b", Allowance(tokens_per_month=2**50))
    rows.put("key:a", Allowance(streams=3))
    assert rows.all() == {"key:a": Allowance(streams=3), "user:b": Allowance(tokens_per_month=2**50)}
    assert rows.remove("key:a")
    assert not rows.remove("key:a")
    assert list(rows.all()) == ["user:b"]


def test_usage_adds_up_by_month(database: Database) -> None:
    rows = SqlAllowances(database)
    rows.add_usage("2026-11", {"key:a": Usage(1, 2**40), "user:b": Usage(0, 5)})
    rows.add_usage("2026-11", {"key:a": Usage(2, 1)})
    rows.add_usage("2026-12", {"key:a": Usage(1, 1)})
    assert rows.usage("2026-11") == {"key:a": Usage(3, 2**40 + 1), "user:b": Usage(0, 5)}
    assert rows.usage("2026-12") == {"key:a": Usage(1, 1)}
    assert rows.usage("2027-01") == {}
