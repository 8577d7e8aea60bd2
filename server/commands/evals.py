"""`lectern eval run`, `show` and `questions`: evaluations of a store, as any client of the API makes them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from server.commands.client import Client, ServerSaid
from server.errors import LecternError
from server.settings import Settings

POLL_SECONDS = 0.5
SHOWN_FAILURES = 20
_QUOTING = "extractive"
_TRIES = 3  # passages looked at for one question that is kept

Store = Annotated[str, typer.Option(help="Vector store, by name or id.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Against = Annotated[str, typer.Option(metavar="RUN", help="Another run of the same questions to compare with.")]


class NoModel(LecternError):
    """Questions are written by a model, and this Lectern has none. Set LECTERN_MODEL or LECTERN_ENGINE_URL, or write
    the questions by hand: docs/howto/evaluate.md tells how."""

    code = "no_model"


def run(
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="JSON lines {question, answers, …}.")],
    store: Store = "documents",
    answers: Annotated[bool, typer.Option("--answers", help="Have a model answer each question, too.")] = False,
    model: Annotated[str, typer.Option(help="Which model; by default the first.")] = "",
    against: Against = "",
    as_json: AsJson = False,
) -> None:
    """Ask a store its own questions, and show how it went.

    Example: lectern eval run --store handbook --questions questions.jsonl --answers
    """
    client = Client(Settings.read())
    eval_id = _evaluation(client, client.store_id(store, create=False), questions.name)
    with questions.open("rb") as file:
        content = {"file": (questions.name, file)}
        uploaded = client.call("POST", "/v1/files", files=content, data={"purpose": "evals"})
    source: dict[str, Any] = {"type": "completions" if answers or model else "jsonl", "model": model or None}
    source["source"] = {"type": "file_id", "id": uploaded["id"]}
    try:
        started = client.call("POST", f"/v1/evals/{eval_id}/runs", json={"data_source": source})
    finally:
        client.call("DELETE", f"/v1/files/{uploaded['id']}")  # the run has its own copy
    _tell(client, _ended(client, started), against, as_json=as_json)


def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of a run.")],
    against: Against = "",
    as_json: AsJson = False,
) -> None:
    """Show how a run went, and compare it with another.

    Example: lectern eval show evalrun_12 --against evalrun_11
    """
    client = Client(Settings.read())
    for record in client.pages("/v1/evals"):
        try:
            found = client.call("GET", f"/v1/evals/{record['id']}/runs/{run_id}")
        except ServerSaid as error:
            if error.facts.get("answered") != 404:
                raise
            continue
        _tell(client, _ended(client, found), against, as_json=as_json)
        return
    raise ServerSaid(detail=f"There is no run {run_id!r}.")


def questions(
    out: Annotated[Path, typer.Option(help="File to write; it must not exist.")],
    store: Store = "documents",
    count: Annotated[int, typer.Option(min=1, max=5000, help="Questions wanted.")] = 50,
    model: Annotated[str, typer.Option(help="Which model writes; by default the first.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Chooses the passages.")] = 0,
) -> None:
    """Have a model write questions about a store's documents, for a person to check.

    Example: lectern eval questions --store handbook --count 50 --out questions.jsonl
    """
    from server.evaluation.writing import sources, spread, written

    client = Client(Settings.read())
    writer, store_id = _writer(client, model), client.store_id(store, create=False)
    if out.exists():
        raise typer.BadParameter(f"{out} exists already, and may have been corrected", param_hint="--out")
    of_files = [sources(*file) for file in _contents(client, store_id)]
    chosen = spread(of_files, seed)[: count * _TRIES]
    kept, reasons = 0, dict[str, int]()
    console = Console(stderr=True)
    with out.open("x", encoding="utf-8") as file, Progress(console=console, transient=True) as progress:
        task = progress.add_task("writing", total=count)
        for one in written(chosen, writer):
            if one.row is None:
                reasons[one.reason] = reasons.get(one.reason, 0) + 1
                continue
            kept += 1
            file.write(orjson.dumps({"id": str(kept), **one.row}).decode() + "\n")
            progress.advance(task)
            if kept == count:
                break
    console.print(f"{kept} questions in {out}. Check each, correct it, and set checked to true.", highlight=False)
    for reason, times in reasons.items():
        console.print(f"{times} left out: {reason}", highlight=False)
    raise typer.Exit(0 if kept else 1)


def _writer(client: Client, model: str) -> Callable[[str], str]:
    """What answers a prompt. Raises NoModel, ServerSaid."""
    known = [str(one["id"]) for one in client.call("GET", "/v1/models")["data"]]
    if known[0] == _QUOTING:
        raise NoModel

    def ask(prompt: str) -> str:
        body = {"model": model or known[0], "messages": [{"role": "user", "content": prompt}]}
        answer = client.call("POST", "/v1/chat/completions", json={**body, "temperature": 0, "max_tokens": 200})
        return str(answer["choices"][0]["message"].get("content") or "")

    return ask


def _contents(client: Client, store_id: str) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Id, name and elements of each file of the store that was read."""
    for entry in client.pages(f"/v1/vector_stores/{store_id}/files", filter="completed"):
        name = client.call("GET", f"/v1/files/{entry['id']}")["filename"]
        yield entry["id"], name, client.call("GET", f"/v1/vector_stores/{store_id}/files/{entry['id']}/content")["data"]


def _evaluation(client: Client, store_id: str, name: str) -> str:
    """The id of the store's evaluation of that name, so that its runs can be compared; made if there is none."""
    for record in client.pages("/v1/evals"):
        if (record["vector_store_id"], record["name"]) == (store_id, name):
            return str(record["id"])
    return str(client.call("POST", "/v1/evals", json={"vector_store_id": store_id, "name": name})["id"])


def _ended(client: Client, started: dict[str, Any]) -> dict[str, Any]:
    """The run when it has ended."""
    found, path = started, f"/v1/evals/{started['eval_id']}/runs/{started['id']}"
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("asking", total=started["result_counts"]["total"])
        while found["status"] in {"queued", "in_progress"}:
            time.sleep(POLL_SECONDS)
            found = client.call("GET", path)
            counts = found["result_counts"]
            waits = f"waiting: {found['error']['message']}" if found["error"] else "asking"
            done = counts["passed"] + counts["failed"] + counts["errored"]
            progress.update(task, completed=done, description=waits)
    return found


def _tell(client: Client, found: dict[str, Any], against: str, *, as_json: bool) -> None:
    path = f"/v1/evals/{found['eval_id']}/runs/{found['id']}"
    if against:
        found = client.call("GET", path, params={"against": against})
    if as_json:
        typer.echo(orjson.dumps(found).decode())
        raise typer.Exit(found["status"] != "completed")
    counts = found["result_counts"]
    typer.echo(f"{found['id']}: {found['status']}, {counts['passed']} of {counts['total']} questions passed")
    if found["error"]:
        typer.echo(found["error"]["message"])
    compared = found.get("against") or {}
    for name, value in (found["figures"] or {}).items():
        if name == "intervals":
            continue
        line = f"{name:16} {value:>10}{_interval(found['figures'], name):18}"
        if name in compared.get("intervals", {}):
            line += f"  {compared[name]:+.4f}{_interval(compared, name)}"
        typer.echo(line.rstrip())
    if compared:
        told = f"{compared.get('won', 0)} first places won, {compared.get('lost', 0)} lost"
        typer.echo(f"against {compared['run_id']}, over {compared['questions']} questions of both: {told}")
    for status, sign in (("fail", "✗"), ("error", "!")):
        for item in client.call("GET", f"{path}/output_items", params={"status": status, "limit": SHOWN_FAILURES})[
            "data"
        ]:
            typer.echo(f"{sign} {item['datasource_item']['question']}: {_why(item)}")
    raise typer.Exit(found["status"] != "completed")


def _interval(figures: dict[str, Any], name: str) -> str:
    ends = figures["intervals"].get(name)
    return f" [{ends[0]:.3f} {ends[1]:.3f}]" if ends else ""


def _why(item: dict[str, Any]) -> str:
    if item["sample"]["error"]:
        return str(item["sample"]["error"]["message"])
    return ", ".join(f"not {one['name']}" for one in item["results"] if not one["passed"])
