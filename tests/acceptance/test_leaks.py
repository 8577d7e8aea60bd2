"""Nothing of one tenant's documents reaches another. `python -m tests.leaks` asks longer."""

from collections.abc import Iterator

import pytest

from tests.leaks.campaign import Campaign, Findings
from tests.leaks.tenants import House
from tests.serving import Serving

QUERIES = 400


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Lectern with two tenants and a guest."""
    serving = Serving(tmp_path_factory.mktemp("tenants") / "data", samples="false")
    house = House(serving.wait())
    yield house
    house.close()
    assert serving.stop() == 0


@pytest.fixture(scope="module")
def found(house: House) -> Findings:
    """What a campaign saw."""
    campaign = Campaign(house, seed=7, most=3, timed=False)
    campaign.as_owners()
    campaign.every_route()
    campaign.random_queries(QUERIES)
    return campaign.found


def test_no_canary_crosses_to_another_tenant(found: Findings) -> None:
    assert found.leaks == []


def test_nothing_is_admitted_by_the_ids_of_another_tenant(found: Findings) -> None:
    assert found.admitted == []


def test_the_campaign_asks_in_every_way(found: Findings) -> None:
    ways = ("search", "chat", "response")
    assert min(found.asked[f"{way} {status}"] for way in ways for status in (200, 404)) > 0, found.asked
    assert found.asked["find 200"] > 10, found.asked
    assert min(found.asked[kind] for kind in ("get 404", "list 200", "attach 404", "withheld 404")) > 5, found.asked


def test_every_canary_can_be_seen_by_whose_it_is(house: House, found: Findings) -> None:
    planted = {canary for tenant in house.tenants for canary in tenant.canaries}
    assert len(planted) > 100
    assert planted - found.owned == set()


def test_a_store_counts_what_the_caller_may_read(house: House) -> None:
    counted = {}
    for tenant in house.tenants:
        store = tenant.http.get(f"/v1/vector_stores/{house.common}").json()
        listed = tenant.http.get(f"/v1/vector_stores/{house.common}/files?limit=100").json()["data"]
        assert store["file_counts"]["total"] == len(listed)
        assert store["usage_bytes"] == sum(file["usage_bytes"] for file in listed)
        counted[tenant.name] = len(listed)
    assert counted == {"one": 7, "other": 7, "guest": 0}


def test_a_file_is_no_duplicate_of_one_that_is_kept_from_the_caller(house: House) -> None:
    for tenant in house.tenants[:2]:
        for file in tenant.http.get(f"/v1/vector_stores/{house.common}/files?limit=100").json()["data"]:
            assert file["duplicate_of"] is None or file["duplicate_of"] in tenant.ids["file_id"]
            assert not any("says" in reason for reason in file["quality_reasons"]) or file["duplicate_of"]


def test_what_is_given_and_taken_counts_at_once(house: House) -> None:
    one, guest = house.one, house.guest
    store, ask = one.ids["store_id"][0], {"query": "code word for the router", "max_num_results": 10}
    search, access = f"/v1/vector_stores/{store}/search", f"/v1/vector_stores/{store}/access"
    grant = {"grants": [{"principal": guest.principal, "role": "reader"}]}
    assert guest.http.post(search, json=ask).status_code == 404
    assert one.http.put(access, json=grant).status_code == 200
    passages = guest.http.post(search, json=ask).json()["data"]
    assert len(passages) > 1
    assert guest.http.put(access, json=grant).status_code == 403
    closed = passages[0]["file_id"]
    one.http.put(f"/v1/files/{closed}/access", json={"restricted": True})
    assert closed not in {passage["file_id"] for passage in guest.http.post(search, json=ask).json()["data"]}
    assert guest.http.get(f"/v1/files/{closed}").status_code == 404
    assert one.http.get(f"/v1/files/{closed}").status_code == 200
    one.http.put(f"/v1/files/{closed}/access", json={"restricted": False})
    assert closed in {passage["file_id"] for passage in guest.http.post(search, json=ask).json()["data"]}
    assert one.http.put(access, json={"grants": []}).status_code == 200
    assert guest.http.post(search, json=ask).status_code == 404
