"""How components are, and since when."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from server.monitor.components import ORDER, Components, Health, Look, component_object

OK = Look(Health.OK, "fine", "It answers.")
DOWN = Look(Health.DOWN, "gone", "It does not answer.", "Start it.", {"error": "Refused"})


def test_since_is_when_it_became_as_it_is() -> None:
    now, found = [100.0], {"engine": OK}

    def look_of(name: str) -> Callable[[], Look]:
        return lambda: found.get(name, OK)

    components = Components({name: look_of(name) for name in ORDER}, lambda: now[0])
    assert list(components.look()) == list(ORDER)
    now[0] = 200.0
    assert components.look()["engine"] == (OK, 100.0)
    found["engine"] = DOWN
    assert components.look()["engine"] == (DOWN, 200.0)
    now[0] = 300.0
    found["engine"] = Look(Health.DOWN, "gone", "It still does not answer.")
    seen = components.look()
    assert (seen["engine"][1], seen["disk"][1]) == (200.0, 100.0)


def test_a_component_is_told_with_what_to_do() -> None:
    shown = component_object("engine", DOWN, 200.7)
    assert (shown["state"], shown["code"], shown["since"]) == ("down", "gone", 200)
    assert (shown["advice"], shown["facts"]) == ("Start it.", {"error": "Refused"})
    assert component_object("engine", OK, 1.0)["advice"] is None


def test_who_comes_while_somebody_looks_is_told_what_was_seen_last() -> None:
    looking, may_go_on, found = threading.Event(), threading.Event(), {"disk": OK}
    may_go_on.set()

    def look() -> Look:
        looking.set()
        assert may_go_on.wait(30)
        return found["disk"]

    components = Components(dict.fromkeys(ORDER, lambda: OK) | {"disk": look}, lambda: 1.0)
    components.look()
    may_go_on.clear()
    looking.clear()
    found["disk"] = DOWN
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(components.look)
        try:
            assert looking.wait(30)
            assert threads.submit(components.look).result(timeout=30)["disk"] == (OK, 1.0)
        finally:
            may_go_on.set()
        assert slow.result()["disk"][0] == DOWN
