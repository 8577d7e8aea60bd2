from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.cleaning.signature import Signer
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.signatures import SqlSignatures
from server.documents.duplicates import Duplicates
from server.model import FileRecord, FileStatus, StoreFile, StoreRecord

WORDS = Path(__file__).read_text("utf-8").split() + [f"rule{number}" for number in range(600)]


class House:
    """A store whose files are compared."""

    def __init__(self, database: Database) -> None:
        self.catalog = SqlCatalog(database)
        self.catalog.add_store(StoreRecord("vs_1", "vs_1", 0, 0, 4, "f"))
        self.duplicates = Duplicates(SqlSignatures(database), self.catalog)

    def read(self, name: str, words: Sequence[str], replaces: str | None = None) -> StoreFile:
        entry = StoreFile("vs_1", f"file-{name}", FileStatus.COMPLETED, 0, quality=1.0, replaces=replaces)
        self.catalog.add_file(FileRecord(entry.file_id, f"{name}.pdf", 1, "assistants", "", 0))
        self.catalog.attach(replace(entry, replaces=None))
        signer = Signer(b"secret")
        signer.add(" ".join(words))
        return self.duplicates.marked(entry, signer.signature())


@pytest.fixture
def house(sqlite: Database) -> House:
    return House(sqlite)


def test_a_file_that_says_nearly_the_same_is_named_with_how_much(house: House) -> None:
    first = house.read("policy", WORDS)
    assert (first.duplicate_of, first.quality, first.quality_reasons) == (None, 1.0, ())
    second = house.read("policy copy", [*WORDS[:300], "amended", *WORDS[301:]])
    assert second.duplicate_of == "file-policy"
    assert second.quality == 0.5
    assert second.quality_reasons[0].startswith("says nearly the same as policy.pdf (9")


def test_the_same_text_in_another_file_says_the_same(house: House) -> None:
    house.read("policy", WORDS)
    assert house.read("again", WORDS).quality_reasons == ("says the same as policy.pdf",)


def test_the_closest_of_several_is_named(house: House) -> None:
    house.read("older", [*WORDS[:-60], *[f"other{number}" for number in range(60)]])
    house.read("near", [*WORDS[:-5], "with", "another", "end"])
    assert house.read("new", WORDS).duplicate_of == "file-near"


def test_a_new_version_is_no_duplicate_of_what_it_replaces(house: House) -> None:
    house.read("policy", WORDS)
    assert house.read("policy v2", [*WORDS, "more"], replaces="file-policy").duplicate_of is None


def test_other_files_and_short_ones_are_left_alone(house: House) -> None:
    house.read("policy", WORDS)
    assert house.read("other", [f"{word}x{number}" for number, word in enumerate(WORDS)]).duplicate_of is None
    assert house.read("note", ["Approved."]).duplicate_of is None
    assert house.read("note 2", ["Approved."]).duplicate_of is None
