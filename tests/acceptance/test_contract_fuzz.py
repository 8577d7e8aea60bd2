"""A small campaign of every change; `python -m tests.contract_fuzz` makes thousands of cases."""

from collections.abc import Iterator

import pytest

from tests.contract_fuzz.campaign import Findings, campaign
from tests.serving import Serving


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Findings]:
    serving = Serving(tmp_path_factory.mktemp("fuzz") / "data").wait()
    found = campaign(serving, cases=4, seed=7)
    assert serving.process.poll() is None, "Lectern ended"
    yield found
    serving.stop()


def test_every_answer_is_as_the_document_says(findings: Findings) -> None:
    assert findings.wrong == {}


def test_the_cases_reach_the_routes(findings: Findings) -> None:
    assert len(findings.cases) > 80
    assert findings.statuses[200] > 60
    assert findings.statuses[400] > 40
    assert max(findings.statuses) < 500
