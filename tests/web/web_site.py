"""The built page on a loopback server, in a folder, as a host of static files would serve it."""

from __future__ import annotations

import socket
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import ClassVar

FOLDER = "/some/folder/"
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}


class Site:
    """Serves ``files`` under FOLDER and nothing else, until ``stop``.

    asked: the paths that were asked for.
    """

    def __init__(self, files: Path, headers: dict[str, str] | None = None) -> None:
        self.asked: list[str] = []
        given = headers or {}
        asked = self.asked

        class Handler(SimpleHTTPRequestHandler):
            extensions_map: ClassVar[dict[str, str]] = {
                **SimpleHTTPRequestHandler.extensions_map,
                **_TYPES,
            }

            def __init__(self, *arguments: object) -> None:
                super().__init__(*arguments, directory=str(files))  # type: ignore[arg-type]

            def translate_path(self, path: str) -> str:
                asked.append(path)
                inside = path.startswith(FOLDER)
                return super().translate_path(path[len(FOLDER) - 1 :] if inside else "/no such")

            def end_headers(self) -> None:
                for name, value in given.items():
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, *_: object) -> None:
                """pytest's output is not the place for it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}{FOLDER}"

    def stop(self) -> None:
        """Nobody listens on its port any more; a second time does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Proxy:
    """Takes the connections that Chromium makes to any host but loopback, and lets none through.

    asked: the first line of each.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                line = connection.recv(4096).split(b"\r\n")[0].decode("latin-1")
            if line == _ENOUGH:
                return
            self.asked.append(line)

    def stop(self) -> None:
        with socket.create_connection(self._socket.getsockname()[:2]) as last:
            last.sendall(f"{_ENOUGH}\r\n".encode())
        self._thread.join()
        self._socket.close()


_ENOUGH = "enough"
