"""A few hundred spoilt files on every change; the long run is `python -m tests.fuzz`."""

import pytest

from tests.fuzz.campaign import Campaign
from tests.fuzz.mutation import mutant
from tests.golden.documents import DOCUMENTS

SLOW = (".doc", ".ppt", ".rtf", ".odt", ".odp")  # LibreOffice starts for each of them
NAMES = sorted(name for name in DOCUMENTS if not name.endswith(SLOW))


def test_nothing_escapes_from_the_sandbox() -> None:
    tally = Campaign(NAMES, recognised_share=0).run(range(1, 301), lambda _: None)
    assert tally.escapes == []
    assert tally.files == 300
    assert tally.read > 30
    assert tally.refused.total() > 30


@pytest.mark.parametrize("seed", range(40))
def test_a_seed_gives_the_same_file_again(seed: int) -> None:
    assert mutant(seed, NAMES) == mutant(seed, NAMES)
