"""Tryton's server on a port of this machine, for as long as somebody holds its standard input.

Runs with the server's Python, `python -m gnuhealth.serve PORT` (0: any). It prints the port that
it listens on. When its standard input ends, as it does when the process that started it is gone,
however that happened, it ends too.
"""

from __future__ import annotations

import os
import sys
import threading

from trytond.application import app
from werkzeug.serving import make_server


def _end_with_our_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True)
    threading.Thread(target=_end_with_our_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()
