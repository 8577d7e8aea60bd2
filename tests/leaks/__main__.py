"""The long form: `python -m tests.leaks --queries 5000`. Ends with 1 if anything leaked."""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.leaks.campaign import Campaign
from tests.leaks.tenants import House
from tests.serving import Serving


def main() -> int:
    """Runs a campaign on a Lectern of its own, and tells what it saw."""
    parser = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder) / "data", samples="false")
        try:
            house = House(serving.wait())
            campaign = Campaign(house, wanted.seed, most=100, timed=True)
            started = time.perf_counter()
            campaign.as_owners()
            campaign.every_route()
            campaign.random_queries(wanted.queries)
            seconds = time.perf_counter() - started
        finally:
            serving.stop()
    found = campaign.found
    planted = {canary for tenant in house.tenants for canary in tenant.canaries}
    print(f"{sum(found.asked.values())} requests in {seconds:.0f} s: {dict(found.asked)}")
    print(f"{len(planted)} canaries planted, {len(planted & found.owned)} of them seen by whose they are")
    for kind, times in found.seconds.items():
        print(f"refused {kind}: median {statistics.median(times) * 1000:.2f} ms of {len(times)}")
    for leak in found.leaks[:50]:
        print("LEAK", leak)
    for line in found.admitted[:50]:
        print("ADMITTED", line)
    print(f"{len(found.leaks)} leaks, {len(found.admitted)} admitted")
    return 1 if found.leaks or found.admitted else 0


if __name__ == "__main__":
    sys.exit(main())
