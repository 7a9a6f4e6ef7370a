"""``python3 -m kubeskeptic.agent.curl``: the few options of curl(1) that faults use, for nodes that have no curl.

``--silent --fail --insecure --cacert FILE --max-time S --output FILE --write-out %{time_connect} URL``, with curl's exit
statuses: 7 not connected, 22 an error status, 28 timed out, 35 or 60 server not verified, 52 no answer, 1 not HTTP.
"""

from __future__ import annotations

import argparse
import http.client
import socket
import ssl
import sys
import time
from contextlib import closing
from urllib.parse import urlsplit


def main(arguments: list[str] | None = None) -> int:
    """Request the URL, print the answer, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        with closing(_connection(asked)) as connection:
            start = time.monotonic()
            connection.connect()
            took = time.monotonic() - start
            target = urlsplit(asked.url)
            connection.request("GET", (target.path or "/") + (f"?{target.query}" if target.query else ""))
            answer = connection.getresponse()
            body = answer.read()
    except Exception as error:  # noqa: BLE001  # each kind has its exit status, and none must look like success
        return _status(error)
    if asked.fail and answer.status >= 400:
        return 22
    sys.stdout.write(f"{took:.6f}" if asked.write_out else "" if asked.output else body.decode(errors="replace"))
    return 0


def _connection(asked: argparse.Namespace) -> http.client.HTTPConnection:
    target = urlsplit(asked.url)
    host, port = str(target.hostname), target.port
    if target.scheme == "http":
        return http.client.HTTPConnection(host, port or 80, timeout=asked.max_time)
    context = ssl.create_default_context(cafile=asked.cacert)
    if asked.insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port or 443, timeout=asked.max_time, context=context)


def _status(error: Exception) -> int:
    """Return curl's exit status for an error."""
    match error:
        case TimeoutError():
            return 28
        case ssl.SSLCertVerificationError():
            return 60
        case ssl.SSLError():
            return 35
        case http.client.RemoteDisconnected():
            return 52
        case http.client.HTTPException():
            return 1
        case ConnectionResetError() | BrokenPipeError():
            return 56
        case OSError() | socket.gaierror():
            return 7
        case _:
            return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="curl", description="Ask one URL, as curl(1) does.")
    for flag in ("--silent", "--fail", "--insecure"):
        parser.add_argument(flag, action="store_true")
    for option in ("--cacert", "--output", "--write-out"):
        parser.add_argument(option)
    parser.add_argument("--max-time", type=float, default=10.0)
    parser.add_argument("url")
    return parser


if __name__ == "__main__":
    sys.exit(main())
