"""A local web server in this process, beside the in-process worker; stops clean on Ctrl-C and SIGTERM."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class _QuietHandler(WSGIRequestHandler):
    """Addresses hold ids: they do not belong on a screen."""

    def log_message(self, format: str, *args: object) -> None:
        return


def serve(port: int, ready: threading.Event | None = None) -> None:
    """Answers on localhost until it is told to stop. Takes the next free port when `port` is taken."""
    for candidate in range(port, port + 20):
        try:
            server = ThreadedWSGIServer(("localhost", candidate), _QuietHandler, ipv6=False)
            break
        except OSError:
            continue
    else:
        raise SystemExit(f"No free port between {port} and {port + 19}. Choose another one with --port.")
    server.daemon_threads = True
    server.set_app(get_wsgi_application())

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread runs, so it is asked from another one.
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    print(f"\nOpen http://localhost:{server.server_port}/ — stop with Ctrl-C.", flush=True)
    if ready:
        ready.set()
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        server.server_close()
        print("Stopped. Everything is kept; start again with the same command.", flush=True)
