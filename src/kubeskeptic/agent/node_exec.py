"""The exec pod: a server in a privileged pod that runs commands in its node, for clients that have the key.

================================================  =======================================================================
``POST /run {"argv", "stdin", "seconds"}``        runs a command: ``{"status", "out", "err"}``; status null if it was
                                                  ended after ``seconds``
``POST /start {"name", "argv", "seconds"}``       a timer: runs a command after ``seconds``, repeatedly until it succeeds;
                                                  replaces one of the same name
``POST /stop {"name"}``                           stops a timer, and what it started; no error if there is none
``POST /timers {}``                               ``{"timers": [name, …]}``
================================================  =======================================================================

Every request has a timestamp, a number that is used once, and a signature with the key: ``?at=…&once=…&sign=…``. ``sign`` is
the HMAC-SHA256 of the path, the timestamp, the number and the body (RFC 2104). A request that is not signed, not fresh or
repeats a number is refused with status 403. The pod shares its node's network, so the port is reachable from all of it.

Requests come through the API server's proxy to pods, which needs neither kubelet nor container runtime, so faults that stop
those can be undone.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.agent import clock
from kubeskeptic.agent.http import Response, Server, refusal, reply
from kubeskeptic.agent.request import BadRequest, Request

FRESH = 120.0
"""Seconds by which a request's time may differ from this node's clock."""
LONGEST = 300.0
"""Seconds that a command may take at most."""
MOST = 1 << 22
"""Bytes of output that are kept at most."""
AGAIN = 2.0
"""Seconds between two attempts of a timer's command."""
ATTEMPTS = 60


def signature(key: bytes, path: str, at: str, once: str, asked: Mapping[str, Any]) -> str:
    """Return the signature, which proves that a request was made with the key and was not changed.

    :param asked: the body, decoded: its JSON formatting in transit does not matter
    """
    content = "\0".join((path, at, once, json.dumps(asked, sort_keys=True, separators=(",", ":"))))
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


@dataclass
class Gate:
    """Accepts requests that are signed, fresh and new.

    :param now: returns Unix time
    """

    key: bytes
    now: Callable[[], float] = time.time
    _seen: dict[str, float] = field(default_factory=dict)

    def why_not(self, request: Request, asked: Mapping[str, Any]) -> str:
        """Return why a request is refused; empty when it is accepted."""
        at, once, sign = (request.query.get(name, "") for name in ("at", "once", "sign"))
        right = signature(self.key, request.path, at, once, asked)
        if not hmac.compare_digest(right, sign):
            return "it is not signed with the key of this exec pod"
        try:
            late = abs(self.now() - float(at))
        except ValueError:
            return "it does not say when it was made"
        if not late <= FRESH:
            return f"it was made {late:.0f} s ago by this node's clock, and is not taken after {FRESH:.0f} s"
        self._seen = {number: when for number, when in self._seen.items() if self.now() - when <= 2 * FRESH}
        if once in self._seen:
            return "it was sent before"
        self._seen[once] = self.now()
        return ""


class NodeExec:
    """Runs commands and keeps timers. Create it inside a running event loop."""

    def __init__(self, key: bytes) -> None:
        self.server = Server(self.answer)
        self._gate = Gate(key)
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._routes: dict[str, Callable[[dict[str, Any]], Awaitable[Response]]] = {
            "/run": self._run,
            "/start": self._start,
            "/stop": self._stop,
            "/timers": self._list,
        }

    async def stop(self) -> None:
        """Stop listening. Timers end with the process; the switch on the host takes over from them."""
        await self.server.stop()

    def answer(self, request: Request) -> Response | Awaitable[Response]:
        """Return the answer to a request."""
        if (request.method, request.path) == ("GET", "/healthz"):
            return reply({"ok": True})
        asked = _json(request.body)
        why = self._gate.why_not(request, asked)
        if why:
            return refusal(403, why)
        route = self._routes.get(request.path)
        if route is None or request.method != "POST":
            return refusal(404, f"there is no {request.method} {request.path} here")
        return route(asked)

    async def _run(self, asked: dict[str, Any]) -> Response:
        stdin = asked.get("stdin")
        seconds = min(float(asked.get("seconds", LONGEST)), LONGEST)
        status, out, err = await run(_words(asked), None if stdin is None else str(stdin).encode(), seconds)
        return reply({"status": status, "out": out, "err": err})

    async def _start(self, asked: dict[str, Any]) -> Response:
        name, seconds, argv = str(asked.get("name")), float(asked.get("seconds", 0)), _words(asked)
        await self._end(name)
        self._timers[name] = asyncio.create_task(self._fire(name, seconds, argv), name=name)
        return reply({"ok": True})

    async def _stop(self, asked: dict[str, Any]) -> Response:
        await self._end(str(asked.get("name")))
        return reply({"ok": True})

    async def _list(self, _: dict[str, Any]) -> Response:
        return reply({"timers": sorted(self._timers)})

    async def _end(self, name: str) -> None:
        task = self._timers.pop(name, None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _fire(self, name: str, seconds: float, argv: Sequence[str]) -> None:
        await clock.pause(seconds)
        for _ in range(ATTEMPTS):
            status, out, err = await run(argv, None, LONGEST)
            print(json.dumps({"timer": name, "status": status, "said": (err or out)[-500:]}), flush=True)
            if status == 0:
                break
            await clock.pause(AGAIN)
        self._timers.pop(name, None)


async def run(argv: Sequence[str], stdin: bytes | None, seconds: float) -> tuple[int | None, str, str]:
    """Run a command, and return its status, output and errors. The status is None if it was ended after ``seconds``.

    A command that cannot be started has status 127, as in a shell.
    """
    given = asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE
    pipe = asyncio.subprocess.PIPE
    try:
        child = await asyncio.create_subprocess_exec(
            *argv, stdin=given, stdout=pipe, stderr=pipe, start_new_session=True
        )
    except OSError as lacking:
        return 127, "", f"{argv[0]}: {lacking.strerror}"
    try:
        async with asyncio.timeout(seconds):
            out, err = await child.communicate(stdin)
    except TimeoutError:
        return None, "", f"ended after {seconds:g} s"
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGKILL)
            await child.wait()
    return child.returncode, _text(out), _text(err)


def _text(data: bytes) -> str:
    return data[:MOST].decode(errors="replace")


def _json(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadRequest("the body is not a JSON object")
    return asked


def _words(asked: dict[str, Any]) -> list[str]:
    argv = asked.get("argv")
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) for word in argv):
        raise BadRequest("argv is a list of words")
    return argv


def key_in(path: str) -> bytes:
    """Return the key that is mounted at a path; end the process if there is none."""
    with contextlib.suppress(OSError), open(path, "rb") as file:  # noqa: PTH123  # pathlib alone costs the agent a megabyte
        key = file.read().strip()
        if len(key) >= 32:
            return key
    sys.exit(f"there is no key of at least 32 bytes at {path}")
