"""`lectern ask`."""

from typing import Annotated, Any

import httpx
import orjson
import typer

from server.commands.client import Client, NoServer, ServerSaid, told
from server.settings import Settings


def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    store: Annotated[str, typer.Option(help="Vector store, by name or id.")] = "samples",
    model: Annotated[str, typer.Option(help="Model; the first one if not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
) -> None:
    """Ask a question and see the answer with its sources.

    Example: lectern ask "How long is probation?" --store handbook
    """
    client = Client(Settings.read())
    model = model or str(client.call("GET", "/v1/models")["data"][0]["id"])
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "knowledge": {"vector_store_ids": [client.store_id(store, create=False)]},
    }
    if as_json:
        typer.echo(orjson.dumps(client.call("POST", "/v1/chat/completions", json=body)).decode())
        return
    _stream(client, body | {"stream": True})


def _stream(client: Client, body: dict[str, Any]) -> None:
    sources: list[dict[str, Any]] = []
    try:
        with client.http.stream("POST", "/v1/chat/completions", json=body) as response:
            if response.is_error:
                response.read()
                raise ServerSaid(detail=told(response))
            for line in response.iter_lines():
                if not line.startswith("data: {"):
                    continue
                event = orjson.loads(line[6:])
                if "error" in event:
                    raise ServerSaid(detail=event["error"]["message"])
                for choice in event["choices"]:
                    typer.echo(choice["delta"].get("content") or "", nl=False)
                    sources += choice["delta"].get("annotations") or []
    except httpx.TransportError as error:
        raise NoServer(url=client.url, detail=error) from None
    typer.echo()
    for source in {source["marker"]: source for source in reversed(sources)}.values():
        where = [f"page {source['page']}"] if source["page"] else []
        if source["sheet"]:
            where.append(f"{source['sheet']} {source['cells'] or ''}".strip())
        typer.echo(f"[{source['marker']}] {', '.join([source['filename'], *where])}: “{source['quote']}”")
