"""The agent on every node: asks the probes that it is given, and delivers the samples.

==========================================  =============================================================================
``GET /healthz``                            the agent runs
``GET /who``                                pod, namespace, uid, node, ip, node_ip, boot, started
``PUT /probes``                             ``{"scenario", "probes": [spec]}``: ask exactly these for the scenario
``DELETE /probes?scenario=X``               stop the scenario's probes; questions in flight are finished
``GET /samples?after=N&limit=M[&boot=B]``   the samples from number N on (:mod:`kubeskeptic.agent.wire`);
                                            everything before N is acknowledged and freed. A cursor from another boot
                                            counts as 0: name the boot to be sure
``POST /blackout``                          ``{"probe", "seconds"}``: see :mod:`kubeskeptic.agent.blackout`; answers afterwards
==========================================  =============================================================================

An invalid request is answered with status 400 and ``{"error": one sentence}``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kubeskeptic.agent import clock, wire
from kubeskeptic.agent.askers import Askers
from kubeskeptic.agent.blackout import LONGEST, LOOPBACK, Echo
from kubeskeptic.agent.buffer import CAPACITY, Samples
from kubeskeptic.agent.gaps import Gaps
from kubeskeptic.agent.http import Response, Server, refusal, reply
from kubeskeptic.agent.identity import Identity
from kubeskeptic.agent.kernel import Realtime
from kubeskeptic.agent.request import BadRequest, Request
from kubeskeptic.agent.schedule import Plan
from kubeskeptic.agent.spec import BadSpec, Spec, parse

LIMIT = 10_000
"""Samples in one answer unless the caller asks for less: half a megabyte of JSON."""
MOST_PER_SECOND = 1000.0
"""Questions a second that one agent accepts: six times what it was designed for; more would overload its node."""
MOST_PROBES = 60_000
"""Largest number of probes in one boot: a probe's number is stored in 16 bits."""

Route = Callable[[Request], Response | Awaitable[Response]]


class Agent:
    """Probes, their samples, and the HTTP interface to both. Create it inside a running event loop."""

    def __init__(self, identity: Identity, capacity: int = CAPACITY) -> None:
        self.identity = identity
        self.gaps = Gaps()
        self.samples = Samples(self.gaps, capacity)
        self.askers = Askers(self.samples, self.gaps, self.note_error)
        self.realtime = Realtime(lambda: self.askers.questions, lambda: self.askers.thread_ids)
        self.echo = Echo(identity)
        self._server = Server(self.answer)
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/healthz"): lambda _: reply({"ok": True}),
            ("GET", "/who"): lambda _: reply(asdict(self.identity)),
            ("PUT", "/probes"): self._put_probes,
            ("DELETE", "/probes"): self._delete_probes,
            ("GET", "/samples"): self._get_samples,
            ("POST", "/blackout"): self._post_blackout,
        }

    async def start(self, host: str, port: int, echo_port: int) -> int:
        """Listen, and return the port."""
        await self.echo.start(echo_port)
        await self.askers.start()
        self.realtime.start()
        return await self._server.listen(host, port)

    async def stop(self) -> None:
        """Stop asking and listening."""
        self.askers.stop()
        self.realtime.stop()
        await self._server.stop()
        await self.echo.stop()

    def note_error(self, context: dict[str, Any]) -> None:
        """Count an event loop's uncaught error among the reasons for unknown outcomes, and print it on standard error.

        :param context: what asyncio passes to a loop's exception handler
        """
        error = context.get("exception")
        text = f"agent error: {type(error).__name__}: {error}" if error else f"agent error: {context.get('message')}"
        self.samples.count_unknown(text)
        print(text, file=sys.stderr, flush=True)

    def answer(self, request: Request) -> Response | Awaitable[Response]:
        """Return the answer to a request."""
        route = self._routes.get((request.method, request.path))
        if route is None:
            return refusal(404, f"there is no {request.method} {request.path} here")
        return route(request)

    async def _put_probes(self, request: Request) -> Response:
        asked = _json(request)
        scenario, raw = asked.get("scenario"), asked.get("probes")
        if not isinstance(scenario, str) or not scenario or not isinstance(raw, list):
            raise BadRequest('send {"scenario": text, "probes": [spec, …]}')
        try:
            specs = [parse(each, self.identity.node_ip) for each in raw]
            self._check(scenario, specs)
            return self._listed(await self.askers.replace(scenario, specs))
        except BadSpec as error:
            return refusal(400, str(error))

    def _check(self, scenario: str, specs: list[Spec]) -> None:
        if len({spec.name for spec in specs}) < len(specs):
            raise BadRequest("two probes of one scenario have the same name")
        others = (plan.spec for plan in self.askers.running if plan.scenario != scenario)
        rate = sum(1 / spec.period for spec in (*specs, *others))
        if rate > MOST_PER_SECOND:
            raise BadRequest(f"that would be {rate:.0f} questions a second; an agent takes on {MOST_PER_SECOND:.0f}")
        if len(self.askers.plans) + len(specs) > MOST_PROBES:
            raise BadRequest(f"this agent has had {MOST_PROBES} probes; restart it")

    async def _delete_probes(self, request: Request) -> Response:
        if "scenario" not in request.query:
            raise BadRequest("say which scenario: DELETE /probes?scenario=NAME")
        return self._listed(await self.askers.replace(request.query["scenario"], ()))

    def _listed(self, plans: list[Plan]) -> Response:
        now = clock.moment()
        return reply({"boot": self.identity.boot, "probes": [wire.described(plan, now) for plan in plans]})

    async def _get_samples(self, request: Request) -> Response:
        after, limit = _whole(request, "after", 0), _whole(request, "limit", LIMIT)
        if request.query.get("boot", self.identity.boot) != self.identity.boot:
            after = 0
        self.samples.acknowledge(after)
        if after <= self.samples.total:
            self.gaps.acknowledge(after)
        first, columns = self.samples.take(after, min(limit, LIMIT))
        head = {
            "boot": self.identity.boot,
            "agent": self.identity.pod,
            "node": self.identity.node,
            "first": first,
            "cursor": first + len(columns.sent),
            "recorded": self.samples.total,
            "lost": max(0, first - after),
            "cpu_s": round(time.process_time(), 3),
            "rss_mib": round(resident_mib(), 1),
            "questions": self.askers.questions,
            "in_flight": self.askers.in_flight,
            "realtime": self.realtime.given,
            "realtime_why_not": self.realtime.why_not,
        }
        gaps = self.gaps.deliver()
        pieces = []
        running = [plan.number for plan in self.askers.running]
        for piece in wire.batch(head, clock.moment(), columns, self.samples, self.askers.plans, gaps, running):
            pieces.append(piece)
            await clock.turn()
        return Response(200, b"".join(pieces))

    async def _post_blackout(self, request: Request) -> Response:
        asked = _json(request)
        name, seconds = asked.get("probe"), asked.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST:
            raise BadRequest(f"a blackout lasts more than 0 and at most {LONGEST:g} seconds")
        there = (LOOPBACK, self.echo.port)
        found = [plan for plan in self.askers.running if plan.spec.name == name and plan.spec.address == there]
        if not found:
            raise BadRequest(f"there is no running probe {name} that asks {there[0]}:{there[1]}")
        if self.echo.dark:
            return refusal(409, "a blackout is under way")
        outage = await self.echo.blackout(float(seconds))
        now = clock.moment()
        return reply(
            {
                "boot": self.identity.boot,
                "probe": name,
                "start": round(now.wall_at(outage.start), 6),
                "end": round(now.wall_at(outage.end), 6),
                "seconds": round(outage.end - outage.start, 6),
            }
        )


def resident_mib() -> float:
    """Return the resident memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _json(request: Request) -> dict[str, Any]:
    try:
        asked = json.loads(request.body)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadRequest("the body is not a JSON object")
    return asked


def _whole(request: Request, name: str, otherwise: int) -> int:
    text = request.query.get(name, str(otherwise))
    if not text.isdecimal() or len(text) > 18:
        raise BadRequest(f"{name} is a whole number from 0 on, not {text}")
    return int(text)
