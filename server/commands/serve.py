"""`lectern serve` and `lectern worker`."""

import asyncio
import signal
import sys
import threading
from socket import socket
from typing import TYPE_CHECKING, Annotated

import typer

from server.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from server.face.tls import Certificate

Port = Annotated[int | None, typer.Option(help="Port to listen on; LECTERN_PORT if not given.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on; LECTERN_HOST if not given.")]

GRACE_SECONDS = 30
KEEP_ALIVE_SECONDS = 30


def serve(host: Host = None, port: Port = None) -> None:
    """Serve the API and the portal, and read files in the background.

    Example: LECTERN_DATA=/srv/lectern lectern serve --port 8080
    """
    import uvicorn
    import uvloop

    from server.app import create_app
    from server.face.connection import GuardedProtocol
    from server.face.tls import open_certificate
    from server.first_start import welcome
    from server.monitor.logs import configure_logs

    settings = Settings.read(**{k: v for k, v in {"host": host, "port": port}.items() if v is not None})
    configure_logs(settings.log_level, settings.log_format)
    # Uvicorn raises the signal that ended it once more, when Lectern's own end still lies ahead.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    told: list[str] = []

    class Server(uvicorn.Server):
        """Says where things are once it listens, and not before."""

        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            sys.stdout.writelines(told)
            sys.stdout.flush()

    certificate = open_certificate(settings.tls_cert, settings.tls_key)
    app = create_app(settings, lambda parts: told.append(welcome(parts)))
    server = Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            lifespan="off",
            http=GuardedProtocol,
            ws="none",
            ssl_context_factory=(lambda *_: certificate.context) if certificate else None,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )
    uvloop.run(_run(app, server, certificate))
    if not server.started:
        raise typer.Exit(1)


async def _run(app: "FastAPI", server: "uvicorn.Server", certificate: "Certificate | None") -> None:
    """Serves within the application's lifespan, so that an error of its start is raised here and told in one line."""
    async with app.router.lifespan_context(app):
        following = asyncio.create_task(certificate.follow()) if certificate else None
        await server.serve()
        if following:
            following.cancel()


def worker(
    threads: Annotated[
        int | None, typer.Option(min=1, max=64, help="Files read at once; one per core if not given.")
    ] = None,
) -> None:
    """Read files for servers elsewhere (needs LECTERN_DATABASE_URL, LECTERN_INDEX_URI and a shared data folder).

    Example: LECTERN_DATABASE_URL=postgresql://… LECTERN_INDEX_URI=http://milvus:19530 lectern worker --threads 4
    """
    from server.app import cores, open_parts
    from server.errors import WrongSetting
    from server.monitor.logs import configure_logs

    settings = Settings.read()
    configure_logs(settings.log_level, settings.log_format)
    if not settings.index_uri:
        detail = "a worker beside the server needs a Milvus URI, because Milvus Lite admits one process"
        raise WrongSetting(setting="LECTERN_INDEX_URI", detail=detail)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with open_parts(settings, chooses=False) as parts:
        parts.worker.start(threads or cores())
        parts.rebuilder.start(builds=True)
        stop.wait()
