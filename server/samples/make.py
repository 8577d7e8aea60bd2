"""Writes the sample documents: `python -m server.samples.make FOLDER`.

Needs the packages of the `test` extra and the fonts DejaVu and WenQuanYi Micro Hei (Debian: fonts-dejavu-core,
fonts-wqy-microhei). Dates, ids and noise are fixed, so that the same versions write the same bytes.
"""

import sys
from pathlib import Path

from server.samples import guide, scans, word, workbook

WRITERS = {
    "travel-and-expense-policy.docx": word.write_travel_policy,
    "年假与加班制度.docx": word.write_leave_policy,
    "prices-and-budget-2026.xlsx": workbook.write_workbook,
    "qm7-operating-guide.pdf": guide.write_guide,
    "acceptance-certificate-scan.pdf": scans.write_certificate,
    "network-maintenance-notice.png": scans.write_notice,
}


def make(folder: Path) -> list[Path]:
    """Writes every sample document into the folder and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, write in WRITERS.items():
        path = folder / name
        write(path)
        paths.append(path)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m server.samples.make FOLDER")
    for made in make(Path(sys.argv[1])):
        sys.stdout.write(f"{made.stat().st_size:>9,} bytes  {made}\n")
