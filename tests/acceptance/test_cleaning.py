"""What cleaning tells of a file through the API, and what it keeps away from everyone."""

from pathlib import Path

import httpx
import pytest

from tests.serving import Serving, upload

RULES = [
    f"Rule {number}: item {number * 37 % 101} is checked by team {number * 53 % 97} each month." for number in range(60)
]


def standing(lectern: Serving, store: str, file_id: str) -> dict[str, object]:
    key = (lectern.data / "admin.key").read_text().strip()
    url = f"{lectern.url}/v1/vector_stores/{store}/files/{file_id}"
    found: dict[str, object] = httpx.get(url, headers={"Authorization": f"Bearer {key}"}).json()
    return found


def test_a_file_that_says_nearly_the_same_is_told(lectern: Serving, tmp_path: Path) -> None:
    client = lectern.client()
    store = client.vector_stores.create(name="copies").id
    (tmp_path / "rules.md").write_text("\n\n".join(RULES))
    (tmp_path / "rules copy.md").write_text("\n\n".join([*RULES[:30], "Rule 30 was dropped.", *RULES[31:]]))
    first = upload(client, store, tmp_path / "rules.md")
    second = upload(client, store, tmp_path / "rules copy.md")
    assert standing(lectern, store, first)["duplicate_of"] is None
    assert standing(lectern, store, first)["quality"] == 1.0
    told = standing(lectern, store, second)
    assert told["duplicate_of"] == first
    assert told["quality"] == 0.5
    assert "says nearly the same as rules.md (9" in str(told["quality_reasons"])


@pytest.mark.parametrize("query", ["How do I reach the office?", "jane@example.com"])
def test_masked_data_is_found_nowhere(tmp_path: Path, query: str) -> None:
    lectern = Serving(tmp_path / "data", redact="personal").wait()
    try:
        client = lectern.client()
        store = client.vector_stores.create(name="masked").id
        (tmp_path / "office.md").write_text("The office is reached at jane@example.com or +49 30 901820-0.")
        file_id = upload(client, store, tmp_path / "office.md")
        shown = repr(client.vector_stores.files.content(file_id, vector_store_id=store).data)
        shown += repr(client.vector_stores.search(store, query=query).data)
        assert "The office is reached at ████████████████ or" in shown
        assert "jane@" not in shown
        assert "901820" not in shown
        warnings = standing(lectern, store, file_id)["warnings"]
        assert warnings == ["Personal data was masked: 1 e-mail address, 1 phone number."]
    finally:
        lectern.stop()
