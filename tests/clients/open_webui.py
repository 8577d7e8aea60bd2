"""Open WebUI against a running Lectern: starts it, and asks a store through it, as its page would.

    python -m tests.clients.open_webui PATH/open-webui --url http://127.0.0.1:8000 --key-file data/admin.key \\
        --model extractive@samples --question "Who approves a trip outside Europe?" [--screenshot page.png]

It is not part of `make test`: Open WebUI takes 6 GB and belongs into an environment of its own
(docs/howto/clients.md). It is started without accounts, on a loopback port, on a folder that is removed afterwards.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson

START_SECONDS = 1200
ANSWER_SECONDS = 120


@contextmanager
def serving(program: Path, lectern: str, key: str) -> Iterator[str]:
    """Open WebUI's address, while it runs with this Lectern as its only source of models."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "DATA_DIR": folder,
            "WEBUI_AUTH": "false",
            "WEBUI_SECRET_KEY": "unused",
            "OPENAI_API_BASE_URL": f"{lectern.rstrip('/')}/v1",
            "OPENAI_API_KEY": key,
            "ENABLE_OLLAMA_API": "false",
            # Else it fetches an embedder of its own when it starts.
            "RAG_EMBEDDING_ENGINE": "openai",
            "OFFLINE_MODE": "true",
            "DO_NOT_TRACK": "true",
            # What it asks a model besides the question, such as for a title, a store cannot answer.
            "ENABLE_TITLE_GENERATION": "false",
            "ENABLE_TAGS_GENERATION": "false",
            "ENABLE_FOLLOW_UP_GENERATION": "false",
        }
        command = [str(program), "serve", "--host", "127.0.0.1", "--port", str(port)]
        log = Path(folder) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=folder, env={**os.environ, **own}, stdout=out, stderr=out)
        try:
            _wait(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise RuntimeError(f"Open WebUI did not start: {log.read_text()[-2000:]}")


def ask(url: str, model: str, question: str) -> dict[str, Any]:
    """Open WebUI's version, the models it lists, and what it is answered, whole and streamed."""
    with httpx.Client(base_url=url, timeout=ANSWER_SECONDS) as http:
        token = http.post("/api/v1/auths/signin", json={"email": "", "password": ""}).raise_for_status().json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        models = [one["id"] for one in http.get("/api/models").raise_for_status().json()["data"]]
        body = {"model": model, "messages": [{"role": "user", "content": question}]}
        answer = http.post("/api/chat/completions", json=body | {"stream": False}).raise_for_status().json()
        streamed = ""
        with http.stream("POST", "/api/chat/completions", json=body | {"stream": True}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: {"):
                    choices = orjson.loads(line.removeprefix("data: ")).get("choices", [])
                    streamed += "".join(one["delta"].get("content") or "" for one in choices)
        message = answer["choices"][0]["message"]
        return {
            "version": http.get("/api/version").json()["version"],
            "models": models,
            "answer": message["content"],
            "streamed": streamed,
            "cited": [(one["filename"], one.get("page")) for one in message.get("annotations") or []],
        }


def photograph(url: str, model: str, question: str, picture: Path) -> str:
    """Asks in the page by Chromium, takes a picture of the answer, and returns the page's text."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(f"{url}/?models={model}")
        page.get_by_role("button", name="Okay, Let's Go!").or_(page.locator("#chat-input")).first.wait_for(
            timeout=90_000
        )
        if page.get_by_role("button", name="Okay, Let's Go!").is_visible():
            page.get_by_role("button", name="Okay, Let's Go!").click()
        page.locator("#chat-input").click()
        page.keyboard.type(question)
        page.keyboard.press("Enter")
        page.get_by_text("[1]").or_(page.locator("#response-content-container")).first.wait_for(timeout=90_000)
        page.wait_for_timeout(5_000)
        page.screenshot(path=picture)
        told: str = page.inner_text("body")
        browser.close()
        return told


def main() -> int:
    """Prints what came; 0 if the model was listed and the answer cites something, whole and streamed alike."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="the command open-webui")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key-file", type=Path, default=Path("data/admin.key"))
    parser.add_argument("--model", default="extractive@samples")
    parser.add_argument("--question", default="Who approves a trip outside Europe?")
    parser.add_argument("--screenshot", type=Path)
    given = parser.parse_args()
    with serving(given.program, given.url, given.key_file.read_text().strip()) as url:
        told = ask(url, given.model, given.question)
        print(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        if given.screenshot:
            print(photograph(url, given.model, given.question, given.screenshot))
    right = given.model in told["models"] and told["cited"] and told["streamed"] == told["answer"]
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
