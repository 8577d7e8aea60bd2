"""`python -m tests.contract_fuzz --cases 200`: a campaign against a Lectern that it starts."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.contract_fuzz.campaign import campaign
from tests.serving import Serving


def main() -> int:
    """1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60, help="cases of each operation, about")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the operations' names, as in 'POST /v1/files'")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lectern = Serving(Path(folder) / "data").wait()
        try:
            findings = campaign(lectern, chosen.cases, chosen.seed, chosen.only)
        finally:
            lectern.stop()
        log = lectern.log.read_text()
    for label, wrong in findings.wrong.items():
        print(f"--- {label}\n{wrong}\n")
    if findings.wrong:
        print(log[-20_000:] if "Traceback" in log else "", file=sys.stderr)
    for label, statuses in findings.by_operation.items():
        print(f"{label:80} {dict(sorted(statuses.items()))}")
    print(f"{findings.cases.total()} cases of {len(findings.cases)} operations, seed {chosen.seed}")
    print("answers:", dict(sorted(findings.statuses.items())))
    print(f"operations with something wrong: {len(findings.wrong)}")
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
