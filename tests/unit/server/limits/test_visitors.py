import pytest

from server.errors import RateLimited
from server.limits.visitors import Visitors
from server.model import Caller, Role


def test_each_address_has_its_own_minute_at_each_key() -> None:
    now = [0.0]
    visitors = Visitors(2, lambda: now[0])

    def ask(key: str, address: str) -> None:
        visitors.admit(Caller(key, "page", Role.READER, address=address))

    for _ in range(2):
        ask("a", "10.0.0.1")
    with pytest.raises(RateLimited, match=r"2 requests a minute from one address") as refused:
        ask("a", "10.0.0.1")
    assert refused.value.headers["Retry-After"] == "30"
    ask("a", "10.0.0.2")
    ask("b", "10.0.0.1")
    now[0] = 30.0
    ask("a", "10.0.0.1")


def test_the_addresses_of_one_customer_count_as_one() -> None:
    visitors = Visitors(1, lambda: 0.0)
    visitors.admit(Caller("a", "page", Role.READER, address="2001:db8::1"))
    with pytest.raises(RateLimited):
        visitors.admit(Caller("a", "page", Role.READER, address="2001:db8::ffff"))
