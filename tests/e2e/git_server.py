"""A host of git repositories on this machine, and one that only writes down what it is asked for."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Host:
    """A running server: its address, and each request's path with its header of authorisation."""

    address: str
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serving(repositories: Path | None = None, *, moved: dict[str, str] | None = None) -> Iterator[Host]:
    """Serve the repositories below a folder through git's own program; without one, nothing is found.

    ``moved`` leads from the beginning of a path to another address.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, self.headers.get("Authorization", "")))
            to = next((other for start, other in (moved or {}).items() if self.path.startswith(start)), None)
            if to is not None:
                self.send_response(302)
                self.send_header("Location", to + self.path)
                self.end_headers()
            elif repositories is None:
                self.send_error(404)
            else:
                self._answer(_backend(self, repositories))

        do_POST = do_GET

        def _answer(self, said: bytes) -> None:
            head, _, body = said.partition(b"\r\n\r\n")
            lines = [line.partition(": ") for line in head.decode().splitlines()]
            status = next((value for name, _, value in lines if name == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, _, value in lines:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = Host(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _backend(request: BaseHTTPRequestHandler, repositories: Path) -> bytes:
    """Return what git answers to a request; reading is all that is asked for here."""
    path, _, query = request.path.partition("?")
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(repositories),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": request.command,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "HTTP_GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
    }
    body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
    command = ["git", "-c", "safe.directory=*", "http-backend"]
    return subprocess.run(command, env=environment, input=body, capture_output=True, timeout=60).stdout
