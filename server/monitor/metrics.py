"""Prometheus metrics of this process (https://prometheus.io/docs/practices/naming/)."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.samples import Sample

from server.monitor.measures import route_class
from server.monitor.totals import Totals

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_SLOW = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
_READ = ("completed", "failed")  # what a file that was read became; others were given up or put off


class Metrics:
    """All metrics, in a registry of their own, so that two apps in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "lectern_requests_total",
            "Requests by route, method and status.",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._request_seconds = Histogram(
            "lectern_request_seconds",
            "Time to the end of the response.",
            ["route"],
            buckets=_FAST,
            registry=self._registry,
        )
        self._stage_seconds = Histogram(
            "lectern_stage_seconds",
            "Time per stage: rewrite, embed, search, rerank, prompt, first_token.",
            ["stage"],
            buckets=_FAST,
            registry=self._registry,
        )
        self._files = Counter(
            "lectern_files_read_total", "Files read into stores, by result.", ["result"], registry=self._registry
        )
        self._file_seconds = Histogram(
            "lectern_file_read_seconds", "Time to read a file into a store.", buckets=_SLOW, registry=self._registry
        )
        self._chunks = Counter("lectern_chunks_written_total", "Chunks written.", registry=self._registry)
        self._cleaned = Counter(
            "lectern_cleaned_elements_total",
            "Elements that a step of cleaning changed or dropped.",
            ["step", "result"],
            registry=self._registry,
        )
        self._markers = Counter(
            "lectern_markers_total",
            "Citation markers of answers, by whether the passage supports what was said: supported, unsupported "
            "(dropped), unknown.",
            ["result"],
            registry=self._registry,
        )
        self._tokens = Counter(
            "lectern_tokens_total",
            "Tokens of prompts and their answers, and of what was embedded.",
            registry=self._registry,
        )
        self._jobs = Gauge("lectern_jobs", "Unfinished jobs by state.", ["state"], registry=self._registry)
        self._answers = Gauge("lectern_answers_under_way", "Answers being given.", registry=self._registry)
        self._engine = Gauge(
            "lectern_engine_ready", "1 while the engine answers.", ["engine", "phase"], registry=self._registry
        )
        self._reranker = Gauge(
            "lectern_reranker_ready",
            "1 while the reranker answers; questions are answered without it meanwhile.",
            ["reranker"],
            registry=self._registry,
        )
        self._restarts = Gauge("lectern_engine_restarts", "Restarts of the engine.", registry=self._registry)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Notes a request."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def stage(self, name: str, seconds: float) -> None:
        """Notes a stage of a question."""
        self._stage_seconds.labels(name).observe(seconds)

    def file(self, result: str, chunks: int, seconds: float) -> None:
        """Notes a file that was read."""
        self._files.labels(result).inc()
        self._file_seconds.observe(seconds)
        self._chunks.inc(chunks)

    def cleaned(self, steps: Mapping[str, tuple[int, int]]) -> None:
        """Notes how many elements of a file each step of cleaning changed and left out."""
        for step, (changed, dropped) in steps.items():
            self._cleaned.labels(step, "changed").inc(changed)
            self._cleaned.labels(step, "dropped").inc(dropped)

    def markers(self, result: str, count: int) -> None:
        """Notes markers of an answer."""
        self._markers.labels(result).inc(count)

    def tokens(self, count: int) -> None:
        """Notes tokens that a model read and wrote."""
        self._tokens.inc(count)

    def watch(self, jobs: Callable[[], Mapping[str, int]], answers: Callable[[], int]) -> None:
        """Gauges that are asked when the metrics are read."""
        for state in ("queued", "running"):
            self._jobs.labels(state).set_function(lambda state=state: jobs().get(state, 0))  # type: ignore[misc]
        self._answers.set_function(answers)

    def watch_reranker(self, name: str, answers: Callable[[], bool]) -> None:
        """A gauge of whether the reranker answered when it was last asked."""
        self._reranker.labels(name).set_function(answers)

    def engine(self, name: str, phase: str, *, ready: bool, restarts: int) -> None:
        """Notes how the engine is."""
        self._engine.clear()
        self._engine.labels(name, phase).set(1 if ready else 0)
        self._restarts.set(restarts)

    def totals(self) -> Totals:
        """What was counted so far: requests by their class, stages of answers, files, chunks and tokens."""
        counters: dict[str, float] = {}

        def count(name: str, value: float) -> None:
            counters[name] = counters.get(name, 0.0) + value

        for sample in _samples(self._requests, "_total"):
            kind = route_class(sample.labels["route"])
            count(f"requests:{kind}", sample.value)
            count(f"failed:{kind}", sample.value if sample.labels["status"] >= "500" else 0.0)
        for sample in _samples(self._files, "_total"):
            if sample.labels["result"] in _READ:
                count("files", sample.value)
                count("files_failed", sample.value if sample.labels["result"] == "failed" else 0.0)
        for name, counter in (("chunks", self._chunks), ("tokens", self._tokens)):
            for sample in _samples(counter, "_total"):
                count(name, sample.value)
        spreads: dict[str, dict[float, float]] = {}
        sums: dict[str, float] = {}
        for name, sample in self._spread():
            if sample.name.endswith("_bucket"):
                bounds = spreads.setdefault(name, {})
                bound = float(sample.labels["le"])
                bounds[bound] = bounds.get(bound, 0.0) + sample.value
            elif sample.name.endswith("_sum"):
                sums[name] = sums.get(name, 0.0) + sample.value
        return Totals(counters, spreads, sums)

    def _spread(self) -> Iterator[tuple[str, Sample]]:
        for sample in _samples(self._request_seconds):
            yield f"request:{route_class(sample.labels['route'])}", sample
        for sample in _samples(self._stage_seconds):
            yield f"stage:{sample.labels['stage']}", sample

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self._registry)


def _samples(metric: Counter | Histogram, suffix: str = "") -> list[Sample]:
    return [sample for family in metric.collect() for sample in family.samples if sample.name.endswith(suffix)]
