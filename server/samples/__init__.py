"""The sample documents: a small enterprise of our own invention, Quillmoor Instruments (启墨仪器).

`documents/` holds the files that a first start loads, `questions.jsonl` questions whose right answer is known.
`python -m server.samples.make FOLDER` writes the documents anew.
"""

from pathlib import Path

DOCUMENTS = Path(__file__).parent / "documents"
QUESTIONS = Path(__file__).parent / "questions.jsonl"


def documents() -> list[Path]:
    """The sample documents, by name."""
    return sorted(path for path in DOCUMENTS.iterdir() if path.is_file())
