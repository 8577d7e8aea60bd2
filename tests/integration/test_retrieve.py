"""From chunks through the sink into the index and back by questions, with the real parts."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.model import Box, Chunk, Place
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.statistics import SqlStatistics
from server.adapters.milvus import MilvusIndex
from server.adapters.minilm import MiniLm
from server.adapters.rerankers.cross_encoder import CrossEncoder
from server.adapters.rerankers.remote import RemoteReranker
from server.documents.sink import IndexSink
from server.errors import UnknownStore
from server.model import LECTERN, FileRecord, FileStatus, Page, Passage, Span, StoreFile, StoreRecord
from server.payload import MOST_BYTES, pack, unpack
from server.retrieval.rerank import Reranking
from server.retrieval.retriever import Retriever
from server.settings import Settings
from server.vault.keyring import Keyring
from tests.cross_encoder import write_cross_encoder

MIN_SCORE = float(Settings.model_fields["min_score"].default)
POLICY = [
    "Trips outside Europe need the written approval of the head of department.",
    "A hotel in Zurich may cost up to 210 francs a night, breakfast included.",
    "The company pays 0.38 euros for each kilometre driven in a private car.",
    "Receipts are kept for ten years in the archive in the basement.",
    "The canteen is open from eleven to two on working days.",
]
LEAVE = [
    "工龄满10年的员工每年可享受15天年假，当年未休完的年假最多可以结转5天。",
    "工作日加班须在下午四点之前提交申请，由部门主管批准。",
    "网络维护有问题应联系信息技术部服务台，分机号为6200。",
]


class House:
    """Stores, files and a retriever over real adapters."""

    def __init__(self, sqlite: Database, keyring: Keyring, index: MilvusIndex, embedder: MiniLm) -> None:
        self.catalog, self.statistics = SqlCatalog(sqlite), SqlStatistics(sqlite)
        self.keys, self.index, self.embedder = keyring, index, embedder
        self.stages: list[str] = []
        self.retriever = Retriever(
            index, self.statistics, keyring, self.catalog, embedder, lambda stage, _: self.stages.append(stage)
        )

    def store(self, name: str, fingerprint: str = "") -> str:
        embedder = self.embedder
        record = StoreRecord(name, name, 0, 0, embedder.dimensions, fingerprint or embedder.fingerprint)
        self.index.create(name, embedder.dimensions)
        self.catalog.add_store(record)
        return name

    def file(self, file_id: str, filename: str) -> str:
        self.keys.create(file_id)
        self.catalog.add_file(FileRecord(file_id, filename, 0, "assistants", "", int(time.time())))
        return file_id

    def put(self, store: str, file_id: str, chunks: Sequence[Chunk]) -> IndexSink:
        self.catalog.attach(StoreFile(store, file_id, FileStatus.COMPLETED, 0, attributes={"team": file_id}))
        sink = IndexSink(self.index, self.statistics, self.keys, store, file_id)
        missing = sink.missing(chunks)
        if missing:
            sink.write(missing, self.embedder.embed([chunk.passage_text() for chunk in missing]))
        sink.finish()
        return sink

    def ask(self, question: str, *stores: str, limit: int = 5, **allowed: Sequence[str] | None) -> list[Passage]:
        return self.retriever.search([question], stores, limit, allowed.get)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> MiniLm:
    return MiniLm(tmp_path_factory.mktemp("embedder"), threads=1)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusIndex]:
    index = MilvusIndex(tmp_path_factory.mktemp("index") / "milvus.db")
    yield index
    index.close()


@pytest.fixture
def house(sqlite: Database, keyring: Keyring, index: MilvusIndex, embedder: MiniLm) -> Iterator[House]:
    house = House(sqlite, keyring, index, embedder)
    yield house
    for store in house.catalog.stores(Page(100, "asc"), LECTERN):
        index.drop(store.id)


def _chunks(texts: Sequence[str], **fields: object) -> list[Chunk]:
    return [Chunk(number, text, 30, **fields) for number, text in enumerate(texts)]  # type: ignore[arg-type]


@pytest.fixture
def travel(house: House) -> str:
    """A store with an English and a Chinese file."""
    store = house.store("vs_travel")
    house.put(store, house.file("file-policy", "travel-policy.docx"), _chunks(POLICY, headings=("Travel", "Rules")))
    house.put(store, house.file("file-leave", "年假制度.docx"), _chunks(LEAVE))
    return store


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who must approve a journey to Brazil or Japan, outside Europe?", "written approval"),
        ("What is the most a hotel may cost in Zurich?", "210"),
        ("How much money do I get for using my own car?", "0.38"),
        ("工龄满10年有多少天年假？", "15天年假"),
        ("加班申请最晚几点提交？", "四点"),
        ("服务台的分机号是多少？", "6200"),
    ],
)
def test_the_right_passage_comes_first(house: House, travel: str, question: str, answer: str) -> None:
    best = house.ask(question, travel)[0]
    assert answer in best.text
    assert MIN_SCORE < best.score < 1


@pytest.mark.parametrize(
    "question",
    ["How do I bake sourdough bread?", "Which planet has the most moons?", "世界杯冠军是谁？", "量子计算机的原理"],
)
def test_nothing_scores_high_where_nothing_is_relevant(house: House, travel: str, question: str) -> None:
    assert all(passage.score < MIN_SCORE for passage in house.ask(question, travel))


def test_a_passage_carries_where_it_stands(house: House) -> None:
    store, file_id = house.store("vs_places"), house.file("file-a", "Prices 2026.xlsx")
    place = Place(0, 11, page=3, box=Box(0.1, 0.2, 0.3, 0.4))
    chunk = Chunk(
        0,
        "Lamp HL-70 | 120 EUR",
        9,
        headings=("Prices", "Spare parts"),
        places=(place,),
        sheet="List",
        cells="A2:B9",
        hidden=True,
        confidence=0.91,
    )
    house.put(store, file_id, [chunk])
    (found,) = house.ask("price of lamp HL-70", store)
    assert found.text == chunk.text
    assert found.headings == chunk.headings
    assert found.spans == (Span(0, 11, 3, (0.1, 0.2, 0.3, 0.4)),)
    assert (found.page, found.sheet, found.cells, found.hidden, found.confidence) == (3, "List", "A2:B9", True, 0.91)
    assert (found.store_id, found.file_id, found.filename) == (store, file_id, "Prices 2026.xlsx")
    assert found.attributes == {"team": "file-a"}
    assert found.dense > 0
    assert found.sparse > 0


def test_only_allowed_files_are_searched(house: House, travel: str) -> None:
    found = house.ask("hotel in Zurich 年假", travel, limit=20, vs_travel=["file-leave"])
    assert {passage.file_id for passage in found} == {"file-leave"}
    assert house.ask("hotel in Zurich", travel, vs_travel=[]) == []
    assert house.ask("hotel in Zurich", travel, vs_travel=None)


def test_stores_are_searched_together_best_first(house: House, travel: str) -> None:
    other = house.store("vs_other")
    house.put(other, house.file("file-lab", "lab.txt"), _chunks(["Vials are stored between 2 and 8 degrees Celsius."]))
    found = house.ask("At which temperature are vials stored in Zurich?", travel, other, travel)
    assert found[0].store_id == other
    assert {passage.store_id for passage in found} == {travel, other}
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)


def test_the_same_text_is_shown_once(house: House, travel: str) -> None:
    house.put(
        travel, house.file("file-copy", "copy.docx"), _chunks([POLICY[1], POLICY[1].upper(), POLICY[1] + " 2025"])
    )
    found = " ".join(passage.text for passage in house.ask("hotel in Zurich", travel, limit=10)).lower()
    assert found.count("zurich") == 2


def test_a_file_named_for_the_question_comes_first(house: House) -> None:
    store = house.store("vs_named")
    text = "The fee is due in March."
    for name in ("membership", "insurance", "parking"):
        house.put(store, house.file(f"file-{name}", f"{name}.txt"), _chunks([f"{text} {name[:0]}Section {len(name)}."]))
    assert house.ask("When is the parking fee due?", store)[0].filename == "parking.txt"


def test_an_unknown_store_is_named(house: House) -> None:
    with pytest.raises(UnknownStore, match="vs_none"):
        house.ask("anything", "vs_none")


def test_an_empty_store_answers_nothing(house: House) -> None:
    assert house.ask("anything at all", house.store("vs_empty")) == []


@pytest.mark.parametrize(
    "question", ["", "???", "the of and", "\x00", "a" * 16_000, "年" * 8_000, "word " * 3_000, "what \ud800"]
)
def test_odd_questions_are_answered(house: House, travel: str, question: str) -> None:
    house.ask(question, travel)


def test_another_embedders_store_is_searched_by_words(house: House) -> None:
    store = house.store("vs_old", fingerprint="another")
    house.put(store, house.file("file-old", "old.txt"), _chunks(POLICY))
    best = house.ask("hotel in Zurich", store)[0]
    assert "Zurich" in best.text
    assert best.dense == 0


def test_stages_are_observed(house: House, travel: str) -> None:
    house.ask("hotel in Zurich", travel)
    assert house.stages == ["embed", "search"]


def test_deleted_files_and_destroyed_keys_are_left_out(house: House, travel: str) -> None:
    house.keys.destroy("file-policy")
    assert {passage.file_id for passage in house.ask("hotel in Zurich 年假", travel)} == {"file-leave"}
    house.catalog.detach(travel, "file-leave")
    assert house.ask("年假有多少天", travel) == []
    house.catalog.remove_file("file-leave")
    assert house.ask("年假有多少天", travel) == []


def test_a_file_whose_key_goes_with_a_replacement_in_the_middle_of_a_search_is_found_in_its_new_version(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = house.store("vs_replaced")
    house.put(store, house.file("file-old", "canteen.md"), _chunks([POLICY[4]]))
    read = house.keys.read

    def replaced(file_ids: Sequence[str]) -> None:
        monkeypatch.setattr(house.keys, "read", read)
        entry = StoreFile(store, house.file("file-new", "canteen.md"), FileStatus.IN_PROGRESS, 0, replaces="file-old")
        house.catalog.attach(entry)
        sink = IndexSink(house.index, house.statistics, house.keys, store, "file-new")
        chunks = _chunks([POLICY[4].replace("two", "three")])
        assert sink.missing(chunks) == chunks
        sink.write(chunks, house.embedder.embed([chunk.passage_text() for chunk in chunks]))
        sink.finish()
        house.catalog.set_outcome(replace(entry, status=FileStatus.COMPLETED))
        house.keys.destroy("file-old")

    monkeypatch.setattr(house.keys, "read", replaced)
    assert ["three" in passage.text for passage in house.ask("When is the canteen open?", store)] == [True]


def test_a_second_run_of_a_file_changes_nothing(house: House, travel: str) -> None:
    chunks = _chunks(POLICY, headings=("Travel", "Rules"))
    before = house.index.ids(travel, "file-policy"), house.statistics.look_up(travel, [])
    sink = IndexSink(house.index, house.statistics, house.keys, travel, "file-policy")
    assert sink.missing(chunks) == []
    sink.finish()
    assert (house.index.ids(travel, "file-policy"), house.statistics.look_up(travel, [])) == before
    assert sink.chunks == len(POLICY)
    assert sink.usage_bytes == sum(len(text.encode()) for text in POLICY)


def test_a_run_that_was_cut_off_goes_on_where_it_was(house: House) -> None:
    store, file_id = house.store("vs_cut"), house.file("file-cut", "cut.txt")
    chunks = _chunks([f"Rule {number} is about subject {number}." for number in range(40)])
    house.catalog.attach(StoreFile(store, file_id, FileStatus.IN_PROGRESS, 0))
    first = IndexSink(house.index, house.statistics, house.keys, store, file_id)
    missing = first.missing(chunks)
    first.write(missing[:17], house.embedder.embed([chunk.passage_text() for chunk in missing[:17]]))
    second = IndexSink(house.index, house.statistics, house.keys, store, file_id)
    left = list(itertools.chain.from_iterable(second.missing(chunks[n : n + 8]) for n in range(0, 40, 8)))
    assert left == chunks[17:]
    second.write(left[::-1], house.embedder.embed([chunk.passage_text() for chunk in left[::-1]]))
    second.finish()
    assert house.index.count(store) == 40
    assert house.statistics.look_up(store, [])[0] == 40
    assert chunks[31].text in house.ask("What is rule 31 about?", store)[0].text


def test_a_changed_file_keeps_no_old_chunk(house: House, travel: str) -> None:
    kept = house.index.ids(travel, "file-policy")
    house.put(
        travel, "file-policy", _chunks([*POLICY[:3], "A new rule: no trips on Sundays."], headings=("Travel", "Rules"))
    )
    now = house.index.ids(travel, "file-policy")
    assert (len(now), len(now & kept)) == (4, 3)
    assert house.statistics.look_up(travel, [])[0] == 4 + len(LEAVE)


def test_a_text_that_stands_twice_in_a_file_is_stored_twice(house: House) -> None:
    store = house.store("vs_twice")
    house.put(store, house.file("file-twice", "twice.txt"), _chunks(["Signed by both.", "Between.", "Signed by both."]))
    assert house.index.count(store) == 3


def test_the_index_holds_no_readable_word(sqlite: Database, keyring: Keyring, embedder: MiniLm, tmp_path: Path) -> None:
    secret = "Plutonium warehouse eleven"
    index = MilvusIndex(tmp_path / "milvus.db")
    try:
        house = House(sqlite, keyring, index, embedder)
        house.put(house.store("vs_s"), house.file("file-s", "s.txt"), _chunks([secret], headings=("Plutonium",)))
        assert house.ask("plutonium", "vs_s")[0].text == secret
    finally:
        index.close()
    content = (tmp_path / "milvus.db").read_bytes()
    assert b"file-s" in content
    for word in secret.split():
        assert word.lower().encode() not in content.lower()


@pytest.mark.parametrize(
    "text", ["x" * 300_000, "年" * 200_000, "\x01" * 100_000, "\U0001f600" * 60_000, "\ud800 half"]
)
def test_chunks_too_large_for_the_index_are_cut(text: str) -> None:
    places = tuple(Place(n, n + 1, 1, Box(0.1, 0.1, 0.2, 0.2)) for n in range(3000))
    chunk = Chunk(0, text, 10, headings=tuple("h" * 5000 for _ in range(30)), places=places)
    packed = pack(chunk)
    assert len(packed.encode()) <= MOST_BYTES
    opened = unpack(packed)
    assert opened.text
    assert opened.page == 1


def test_boxes_are_given_up_before_text() -> None:
    places = tuple(Place(n, n + 1, 1, Box(0.1, 0.1, 0.2, 0.2)) for n in range(3000))
    opened = unpack(pack(Chunk(0, "short", 10, places=places)))
    assert (opened.text, opened.spans) == ("short", ())
    few = unpack(pack(replace(Chunk(0, "short", 10), places=places[:2])))
    assert len(few.spans) == 2


def test_a_chunk_with_a_huge_word_is_stored_and_found(house: House) -> None:
    store = house.store("vs_huge")
    house.put(store, house.file("file-h", "h.txt"), _chunks(["needle " + "A" * 400_000]))
    (found,) = house.ask("needle", store)
    assert found.text.startswith("needle AAA")
    assert np.isfinite(found.score)


def test_neighbours_that_both_answer_are_one_passage(house: House) -> None:
    store = house.store("vs_neighbours")
    texts = [
        "The canteen is open from eleven to two.",
        "A hotel in Zurich may cost 210 francs a night; breakfast in the hotel is included.",
        "A hotel in Zurich that costs more needs the approval of the manager before the night is booked.",
        "Bicycles are parked in the yard.",
    ]
    house.put(store, house.file("file-order", "order.txt"), _chunks(texts))
    best, *others = house.ask("What may a hotel in Zurich cost a night?", store)
    assert best.text == "\n".join(texts[1:3])
    assert not any("Zurich" in other.text for other in others)


def test_only_what_an_edit_touched_is_written_anew(house: House) -> None:
    store, texts = house.store("vs_order"), [f"Rule {number} is about {number} subjects." for number in range(20)]
    house.put(store, house.file("file-edited", "edited.txt"), _chunks(texts))
    sink = house.put(store, "file-edited", _chunks([*texts[:9], "A new rule.", *texts[9:]]))
    assert (sink.written, sink.reused) == (2, 1)  # the new one, and the one that now follows it
    assert house.index.count(store) == 21


def test_a_reranker_has_its_say(house: House, tmp_path: Path) -> None:
    store, question = house.store("vs_reranked"), "What is the most a hotel may cost in Zurich?"
    for number, text in enumerate(POLICY):
        file_id = house.file(f"file-rule-{number}", f"{number}.txt")
        house.put(store, file_id, _chunks([text], headings=("Travel", "Rules")))
    before = house.ask(question, store)
    model = CrossEncoder(write_cross_encoder(tmp_path / "model"), 30.0)
    house.retriever.reranking = Reranking(model, 20, lambda stage, _: house.stages.append(stage))
    found = house.ask(question, store)
    given = model.score(question, [f"Travel › Rules\n{one.text}" for one in found])
    assert [one.rerank for one in found] == pytest.approx(given)
    assert all(one.rerank is None for one in before)
    assert {one.id for one in found} == {one.id for one in before}
    assert house.stages[-1] == "rerank"
    assert house.retriever.search([question], [store], len(before), rerank=False) == before


def test_a_reranker_that_is_down_takes_no_answer_down(house: House, travel: str) -> None:
    question = "What is the most a hotel may cost in Zurich?"
    before = house.ask(question, travel)
    house.retriever.reranking = Reranking(RemoteReranker("http://127.0.0.1:9/v1", "gone"), 20, lambda *_: None)
    assert house.ask(question, travel) == before
    assert "gone at http://127.0.0.1:9/v1 does not answer" in house.retriever.reranking.problem
