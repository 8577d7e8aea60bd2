"""`python -m tests.fuzz`: reads spoilt files, prints what escaped with its seed, and ends with 1 if anything did."""

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.campaign import Campaign, Tally
from tests.fuzz.mutation import mutant
from tests.golden.documents import DOCUMENTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="how many spoilt files")
    parser.add_argument("--seed", type=int, default=1, help="the first file's seed; the next file has the next one")
    parser.add_argument("--only", default="", help="documents whose name holds this")
    parser.add_argument("--keep", type=Path, help="write the file of the first seed here, and read nothing")
    arguments = parser.parse_args()
    names = sorted(name for name in DOCUMENTS if arguments.only in name)
    if arguments.keep:
        arguments.keep.write_bytes(mutant(arguments.seed, names)[1])
        return 0
    began = time.monotonic()

    told = 0

    def say(tally: Tally) -> None:
        nonlocal told
        if tally.files >= told + 500:
            told = tally.files
            print(f"{told} files, {len(tally.escapes)} escapes, {time.monotonic() - began:.0f} s", file=sys.stderr)

    tally = Campaign(names).run(range(arguments.seed, arguments.seed + arguments.files), say)
    print(f"{tally.files} files of seeds {arguments.seed}… in {time.monotonic() - began:.0f} s: {tally.read} read")
    print(f"longest {tally.longest:.1f} s, largest {tally.largest_mb:.0f} MiB")
    for code, count in tally.refused.most_common():
        print(f"refused, {code}: {count}")
    for detail, seeds in sorted(tally.crashes.items()):
        print(f"contained crash, {detail}: {len(seeds)}, such as seed {seeds[0]}")
    for escape in tally.escapes:
        print(f"ESCAPE {escape}")
    print(f"{len(tally.escapes)} escapes")
    return 1 if tally.escapes else 0


if __name__ == "__main__":
    sys.exit(main())
