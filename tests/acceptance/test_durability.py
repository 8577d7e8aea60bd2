from pathlib import Path

from server.bench import material
from tests.durability import compare, killed, undisturbed
from tests.serving import SAMPLES


def test_nothing_is_lost_and_nothing_twice_when_the_process_is_killed(tmp_path: Path) -> None:
    files = [path for path in sorted(SAMPLES.iterdir()) if path.suffix in {".docx", ".xlsx", ".pdf", ".png"}]
    for seed in range(6):
        path = tmp_path / f"{seed}.md"
        path.write_bytes(material.markdown(seed, 12))
        files.append(path)
    bad = tmp_path / "cut.docx"
    bad.write_bytes((SAMPLES / files[0].name).read_bytes()[:900])
    files.append(bad)
    calm = undisturbed(tmp_path, files)
    assert compare(calm, killed(tmp_path, files, rounds=6, seed=7, longest=4.0)) == []
