"""A small Maven repository on loopback that can be told to misbehave."""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from service.engine.jars import Jar, JarList


class Repository:
    """Serves the jars `one` to `three`; `answers` replaces what it says for a file, once each."""

    def __init__(self) -> None:
        self.contents = {name: name.encode() * 100_000 for name in ("one", "two", "three")}
        self.asked: Counter[str] = Counter()
        self.answers: dict[str, list[tuple[int, bytes]]] = {}
        self.address = ""

    @property
    def jars(self) -> JarList:
        return JarList(
            tuple(
                Jar("org.example", name, "1", "", hashlib.sha256(content).hexdigest(), len(content))
                for name, content in self.contents.items()
            )
        )

    def answer(self, path: str) -> tuple[int, bytes, int]:
        """Status, body and the length that is promised for it."""
        name = path.split("/")[-3]
        self.asked[name] += 1
        content = self.contents.get(name)
        if content is None or path != f"/maven/org/example/{name}/1/{name}-1.jar":
            return 404, b"", 0
        if planned := self.answers.get(name):
            status, body = planned.pop(0)
            return status, body, len(content) if status == 200 else len(body)
        return 200, content, len(content)


@pytest.fixture
def repository() -> Iterator[Repository]:
    served = Repository()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, length = served.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        served.address = f"http://127.0.0.1:{server.server_port}/maven"
        yield served
        server.shutdown()
        thread.join()
