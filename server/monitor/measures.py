"""The table of what is measured all the time: a line of a chart each."""

from dataclasses import dataclass, field
from typing import Final

from server.monitor.totals import Read, gauge, mean, quantile, rate, share

LEVEL: Final = "component"
"""The level at which everything here is measured; what lies below (machines) and above (requests) is not here."""

STAGES: Final = ("rewrite", "embed", "search", "rerank", "prompt", "first_token")
_OF_ROUTES: Final = {
    "answers": ("/v1/chat/completions", "/v1/completions", "/v1/responses"),
    "search": ("/v1/search", "/v1/vector_stores/{store_id}/search"),
}
_BEGINNINGS: Final = (
    ("documents", ("/v1/files", "/v1/vector_stores", "/v1/uploads")),
    ("portal", ("/portal", "/ask", "/answers", "/documents", "/find", "/admin", "/account", "/welcome")),
)
ROUTES: Final = ("answers", "search", "documents", "portal", "other")


def route_class(route: str) -> str:
    """Which of ROUTES a route (its path as the application declares it) belongs to."""
    for name, routes in _OF_ROUTES.items():
        if route in routes:
            return name
    if route == "/":
        return "portal"
    return next((name for name, starts in _BEGINNINGS if route.startswith(starts)), "other")


@dataclass(frozen=True, slots=True)
class Measure:
    """One line: its name, whose it is (a component), its unit, and where there are several of a name, `of` what it is.
    How it is read from two totals stands in `read`; `steady` is what tells how something is rather than what happened.
    """

    name: str
    component: str
    unit: str
    read: Read = field(compare=False, repr=False)
    of: str = ""
    steady: bool = False


def _of_routes() -> list[Measure]:
    found = []
    for one in ROUTES:
        spread = f"request:{one}"
        found += [
            Measure("requests.rate", "api", "per_second", rate(f"requests:{one}"), one),
            Measure("requests.failed", "api", "share", share(f"failed:{one}", f"requests:{one}"), one),
            Measure("requests.p50", "api", "seconds", quantile(spread, 0.5), one),
            Measure("requests.p95", "api", "seconds", quantile(spread, 0.95), one),
        ]
    return found


def _steady(name: str, component: str, unit: str) -> Measure:
    return Measure(name, component, unit, gauge(name), steady=True)


MEASURES: Final[tuple[Measure, ...]] = (
    *_of_routes(),
    _steady("answers.under_way", "engine", "count"),
    Measure("first_token.p50", "engine", "seconds", quantile("stage:first_token", 0.5)),
    Measure("first_token.p95", "engine", "seconds", quantile("stage:first_token", 0.95)),
    Measure("tokens.rate", "engine", "per_second", rate("tokens")),
    *(Measure("stage.mean", "engine", "seconds", mean(f"stage:{stage}"), stage) for stage in STAGES),
    _steady("engine.ready", "engine", "share"),
    _steady("engine.restarts", "engine", "count"),
    Measure("files.rate", "worker", "per_second", rate("files")),
    Measure("files.failed", "worker", "share", share("files_failed", "files")),
    Measure("chunks.rate", "worker", "per_second", rate("chunks")),
    _steady("jobs.queued", "worker", "count"),
    _steady("jobs.running", "worker", "count"),
    Measure("process.cpu", "process", "cores", rate("cpu")),
    _steady("process.memory", "process", "bytes"),
    _steady("process.count", "process", "count"),
    _steady("disk.free", "disk", "bytes"),
    _steady("disk.total", "disk", "bytes"),
    _steady("database.ready", "database", "share"),
    _steady("index.ready", "index", "share"),
    _steady("reranker.ready", "reranker", "share"),
)
