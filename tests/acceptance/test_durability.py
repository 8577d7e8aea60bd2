from pathlib import Path

from server.bench import material
from server.samples import documents
from tests.durability import compare, killed, undisturbed


def test_nothing_is_lost_and_nothing_twice_when_the_process_is_killed(tmp_path: Path) -> None:
    files = documents()
    for seed in range(6):
        path = tmp_path / f"{seed}.md"
        path.write_bytes(material.markdown(seed, 12))
        files.append(path)
    bad = tmp_path / "cut.docx"
    bad.write_bytes(files[0].read_bytes()[:900])
    files.append(bad)
    calm = undisturbed(tmp_path, files)
    assert compare(calm, killed(tmp_path, files, rounds=4, seed=7, longest=4.0)) == []
