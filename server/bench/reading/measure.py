"""The whole measurement, and what is wanted of it."""

import os
from collections.abc import Iterator, Sequence

from server.bench.figure import Figure
from server.bench.reading.hostile import Ending, endings
from server.bench.reading.manifest import HOSTILE, IMAGE, SCANNED, Case
from server.bench.reading.peers import BARE, LECTERN, OCR_PEER, OURS, PEERS, PICTURELESS, SPEED_PEER
from server.bench.reading.runs import Run, Say, run
from server.bench.reading.table import Row, rows

OCR_TIMES = 1.7
OFFICE_TIMES = 3
NEAR = 0.02


def measure(cases: Sequence[Case], peers: bool, say: Say) -> tuple[list[Row], list[Ending]]:
    """Reads everything with everyone, one file at a time, and with Lectern also as many at once as there are cores."""
    readable = [case for case in cases if case.group != HOSTILE]
    cores = os.cpu_count() or 1
    runs: list[Run] = [run(reader, readable, 1, say) for reader in (*OURS, *(PEERS if peers else ()))]
    groups = dict.fromkeys(case.group for case in readable) if cores > 1 else ()
    runs += [run(OURS[0], [case for case in readable if case.group == group], cores, say) for group in groups]
    return rows(runs), endings([case for case in cases if case.group == HOSTILE], say)


def figures(table: Sequence[Row], ended: Sequence[Ending]) -> list[Figure]:
    """What is wanted of the rows: as near to the truth as the best peer, faster than they, and nothing falls over."""
    found = [figure for group in ("docx", "xlsx", "pdf") for figure in _against_peers(group, table)]
    found += [figure for group in (SCANNED, IMAGE) for figure in _recognition(group, table)]
    crashes = [failure for row in table if row.reader.startswith(LECTERN) for failure in row.failures if _fell(failure)]
    found.append(Figure("crashes and hangs of Lectern", len(crashes), "", 0, True, "; ".join(crashes)))
    complaints = [f"{end.case.path.name}: {end.complaint}" for end in ended if end.complaint]
    detail = f"of {len(ended)}. " + "; ".join(complaints)
    found.append(Figure("hostile files that did not end as they should", len(complaints), "", 0, True, detail))
    return found


def _against_peers(group: str, table: Sequence[Row]) -> Iterator[Figure]:
    ours = _of(LECTERN, group, table)
    names = {reader.name for reader in PEERS if reader.is_peer}
    peers = [row for row in table if row.group == group and row.reader in names and row.similarity is not None]
    if ours is None or ours.similarity is None or not peers:
        return
    best = max(peers, key=lambda row: row.similarity or 0)
    yield Figure(f"{group} similarity", ours.similarity, "", best.similarity or 0, False, f"best peer: {best.reader}")
    if group == "pdf":
        near = [row for row in peers if (row.similarity or 0) >= ours.similarity - NEAR]
        peer, times = max(near, key=lambda row: row.files_per_second, default=None), 1
    else:
        peer, times = _of(SPEED_PEER, group, table), OFFICE_TIMES
    if peer:
        detail = f"{times} × {peer.reader}"
        if pictureless := _of(PICTURELESS, group, table):  # no peer recognises what stands in pictures
            detail += f"; pictures left out, as by the peer; with them {ours.files_per_second:.3g}"
            ours = pictureless
        if bare := _of(BARE, group, table):
            detail += f"; without the sandbox {bare.files_per_second:.3g}"
        yield Figure(f"{group} files/s", ours.files_per_second, "", times * peer.files_per_second, False, detail)


def _recognition(group: str, table: Sequence[Row]) -> Iterator[Figure]:
    """Recognition may use every core: so do users, and the peer is named as a single process."""
    mine = [row for row in table if row.group == group and row.reader.startswith(LECTERN)]
    ours = max(mine, key=lambda row: row.files_per_second, default=None)
    peer = _of(OCR_PEER, group, table)
    if ours and peer:
        detail = f"{OCR_TIMES} × {peer.reader}; {ours.reader}"
        yield Figure(f"{group} files/s", ours.files_per_second, "", OCR_TIMES * peer.files_per_second, False, detail)


def _of(reader: str, group: str, table: Sequence[Row]) -> Row | None:
    return next((row for row in table if row.reader == reader and row.group == group), None)


def _fell(failure: str) -> bool:
    return any(sign in failure for sign in ("ReaderCrashed", "its process ended", "took too long", "OutOf"))
