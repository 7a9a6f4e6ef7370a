"""The workload: answers every GET with its identity, and misbehaves on request.

=========================================  ==============================================================================
``GET`` anything else                      ``{"pod", "namespace", "uid", "node", "ip", "boot", "peer", "n"}``: peer is the
                                           client's address as seen here, n counts the answers of this boot
``POST /echo``                             the same on one line, then the unchanged body
``a UDP datagram``                         its first 8 bytes, the same on one line, then its other bytes unchanged
``POST /ask {spec}``                       asks one question from this pod (:mod:`kubeskeptic.agent.spec`; ``name`` is not
                                           needed), and answers with ``{"outcome", "by", "took", "port", "reason"}``
``GET /healthz``                           alive
``GET /ready``                             200, or 503 while set to unready
``POST /control {"ready": bool}``          sets what ``/ready`` answers
``POST /control {"delay": seconds}``       delays each answer that names the pod
``POST /control {"hang": seconds}``        answers nothing for this time, including ``/healthz`` and ``/ready`` (only
                                           ``/control`` and ``/ask`` are answered); 0 ends it
``POST /control {"exit": status}``         exits at once with this status, without finishing anything
``POST /control {"burn": cores, "seconds": s}``   keeps this many cores busy for ``seconds``
=========================================  ==============================================================================

On SIGTERM it stops listening at once, finishes the requests in flight and exits with 0. As process 1 of a container it would
otherwise not react at all: the kernel gives process 1 no default handlers.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from kubeskeptic.agent import burn, clock
from kubeskeptic.agent.http import Response, Server, refusal, reply
from kubeskeptic.agent.identity import Identity
from kubeskeptic.agent.request import BadRequest, Request
from kubeskeptic.agent.spec import ECHO, KEY, BadSpec, parse

Setter = Callable[[Any, Mapping[str, Any]], Callable[[], object] | None]


class Workload:
    """Answers with the identity of its pod. Create it inside a running event loop.

    :param leave: ends the process with a status
    """

    def __init__(self, identity: Identity, leave: Callable[[int], object] = os._exit) -> None:
        self.server = Server(self.answer)
        self.answered = 0
        self._leave = leave
        self._node_ip = identity.node_ip
        self._datagrams: asyncio.DatagramTransport | None = None
        self._ready = True
        self._delay = 0.0
        self._awake: asyncio.Event = asyncio.Event()
        self._awake.set()
        self._hang_timer: asyncio.TimerHandle | None = None
        self._burners = burn.Burners()
        self._who = json.dumps(identity.answer(), separators=(",", ":"))[:-1]
        self._controls: dict[str, Setter] = {
            "ready": self._set_ready,
            "delay": self._set_delay,
            "hang": self._set_hang,
            "exit": self._set_exit,
            "burn": self._set_burn,
        }

    async def listen(self, host: str, port: int) -> int:
        """Listen on TCP and on UDP, and return the port; 0 asks the kernel for a free one."""
        port = await self.server.listen(host, port)
        loop = asyncio.get_running_loop()
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _UdpEndpoint(self.echo), (host, port))
        return port

    async def stop(self) -> None:
        """Stop listening, finish the requests in flight, and stop keeping cores busy."""
        if self._datagrams is not None:
            self._datagrams.close()
        await self.server.stop()
        self._burners.stop()

    def answer(self, request: Request) -> Response | Awaitable[Response]:
        """Return the answer to a request."""
        if request.path == "/control" and request.method == "POST":
            return self._control(request)
        if request.path == "/ask" and request.method == "POST":
            return self._ask(request)
        if request.method != "GET" and (request.method, request.path) != ("POST", ECHO):
            return refusal(405, f"there is no {request.method} here, except POST /control, /ask and {ECHO}")
        if not self._awake.is_set():
            return self._after_the_hang(request)
        if self._delay and request.path not in ("/healthz", "/ready"):
            return self._late(request)
        return self._prompt(request)

    def _prompt(self, request: Request) -> Response:
        if request.path == "/healthz":
            return reply({"ok": True})
        if request.path == "/ready":
            return reply({"ready": self._ready}, 200 if self._ready else 503)
        if request.method == "POST":
            return Response(200, self._named(request.peer) + b"\n" + request.body, type="application/octet-stream")
        return Response(200, self._named(request.peer))

    def echo(self, datagram: bytes, peer: str, send: Callable[[bytes], object]) -> None:
        """Answer a datagram; not at all during a hang, and late if a delay is set."""
        if self._awake.is_set() and len(datagram) >= KEY:
            answer = datagram[:KEY] + self._named(peer) + b"\n" + datagram[KEY:]
            clock.at(clock.monotonic() + self._delay, lambda: send(answer)) if self._delay else send(answer)

    def _named(self, peer: str) -> bytes:
        self.answered += 1
        return f'{self._who},"peer":"{peer}","n":{self.answered}}}'.encode()

    async def _late(self, request: Request) -> Response:
        await clock.pause(self._delay)
        return self._prompt(request)

    async def _after_the_hang(self, request: Request) -> Response:
        await self._awake.wait()
        return self._prompt(request)

    async def _ask(self, request: Request) -> Response:
        from kubeskeptic.agent.probes import ask_once  # most workloads never need it, and so save its memory

        try:
            asked = json.loads(request.body)
            spec = parse({"name": "asked", **asked} if isinstance(asked, dict) else asked, self._node_ip)
            return reply(await ask_once(spec))
        except (BadSpec, ValueError) as error:
            raise BadRequest(str(error)) from error

    def _control(self, request: Request) -> Response:
        try:
            asked = json.loads(request.body)
        except ValueError as error:
            raise BadRequest(f"the body is not JSON: {error}") from error
        known = [key for key in asked if key in self._controls] if isinstance(asked, dict) else []
        if not known or set(asked) - {*self._controls, "seconds"}:
            raise BadRequest(f"send a JSON object with one of {', '.join(self._controls)}")
        afterwards = [self._controls[key](asked[key], asked) for key in known]
        return Response(200, b'{"ok":true}', sent=next((after for after in afterwards if after), None))

    def _set_ready(self, value: Any, _: Mapping[str, Any]) -> None:
        if not isinstance(value, bool):
            raise BadRequest("ready is true or false")
        self._ready = value

    def _set_delay(self, value: Any, _: Mapping[str, Any]) -> None:
        self._delay = number(value, "delay", 3600)

    def _set_hang(self, value: Any, _: Mapping[str, Any]) -> None:
        seconds = number(value, "hang", 86400)
        if self._hang_timer is not None:
            self._hang_timer.cancel()
        self._awake.clear()
        self._hang_timer = clock.at(clock.monotonic() + seconds, self._awake.set)

    def _set_exit(self, value: Any, _: Mapping[str, Any]) -> Callable[[], object]:
        status = number(value, "exit", 255)
        if status != int(status):
            raise BadRequest("exit is a whole number from 0 to 255")
        return lambda: self._leave(int(status))

    def _set_burn(self, value: Any, asked: Mapping[str, Any]) -> None:
        self._burners.start(number(value, "burn", 64), number(asked.get("seconds"), "seconds", 3600))


class _UdpEndpoint(asyncio.DatagramProtocol):
    """Passes each datagram to the workload, with a function that sends the answer."""

    def __init__(self, answer: Callable[[bytes, str, Callable[[bytes], object]], object]) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for answers."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Pass one datagram to the workload."""
        if (transport := self._transport) is not None:
            self._answer(data, addr[0], lambda answer: transport.sendto(answer, addr))


def number(value: Any, name: str, most: float) -> float:
    """Return ``value`` as a number from 0 to ``most``.

    :raises BadRequest: when it is not a number in this range
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadRequest(f"{name} is a number from 0 to {most:g}")
    return float(value)
