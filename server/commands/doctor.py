"""`lectern doctor`."""

from collections.abc import Iterator
from typing import Annotated

import orjson
import typer

from server.monitor.doctor import Finding, Verdict, examine
from server.settings import Settings

_SIGNS = {Verdict.OK: "✓", Verdict.WARN: "!", Verdict.FAIL: "✗"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False) -> None:
    """Check OCR, models, disk, GPU, index and keys, and say what to do. The exit status is 1 if something fails.

    Example: lectern doctor
    """
    findings = examine(Settings.read(), (_stores, _engine, _reranker, _gpu))
    for finding in findings:
        if as_json:
            typer.echo(orjson.dumps(finding).decode())
            continue
        typer.echo(f"{_SIGNS[finding.verdict]} {finding.name}: {finding.detail}")
        if finding.advice and finding.verdict != Verdict.OK:
            typer.echo(f"    → {finding.advice}")
    raise typer.Exit(any(finding.verdict == Verdict.FAIL for finding in findings))


def _engine(settings: Settings) -> Iterator[Finding]:
    from server.app import engine_finding

    yield engine_finding(settings)


def _reranker(settings: Settings) -> Iterator[Finding]:
    from server.app import reranker_finding

    yield reranker_finding(settings)


def _stores(settings: Settings) -> Iterator[Finding]:
    from server.app import store_findings

    yield from store_findings(settings)


def _gpu(settings: Settings) -> Iterator[Finding]:
    from server.app import gpu_findings

    yield from gpu_findings()
