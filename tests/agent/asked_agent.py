"""An agent that runs, and what is asked of it over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from kubeskeptic.agent import clock
from kubeskeptic.agent.ask import Agent
from kubeskeptic.agent.blackout import LOOPBACK
from kubeskeptic.agent.identity import Identity
from tests.agent.loopback import HOST, LONG, call


@asynccontextmanager
async def running(capacity: int = 1000) -> AsyncIterator[tuple[Agent, int]]:
    """An agent, and the port it listens on."""
    agent = Agent(Identity("agent-1", "node-1", "10.0.0.1", "127.0.0.1"), capacity)
    port = await agent.start(HOST, 0, 0)
    try:
        yield agent, port
    finally:
        await agent.stop()
        await clock.turn()


def probe(agent: Agent, name: str = "self", **more: Any) -> dict[str, Any]:
    """A probe of the agent's own echo, 200 times a second."""
    return {"name": name, "kind": "http-new", "host": LOOPBACK, "port": agent.echo.port, "period": 0.005} | more


async def put(port: int, *probes: dict[str, Any], scenario: str = "s") -> Any:
    status, answer = await call(port, "PUT", "/probes", {"scenario": scenario, "probes": list(probes)})
    assert status == 200, answer
    return answer


async def samples(port: int, after: int = 0, query: str = "") -> Any:
    status, answer = await call(port, "GET", f"/samples?after={after}{query}")
    assert status == 200, answer
    return answer


async def probes_seen(port: int) -> list[Any]:
    """The probes that samples have come from."""
    batch = await samples(port)
    return [batch["probes"][number] for number in set(batch["probe"])]


async def recorded(agent: Agent, count: int) -> None:
    """Come back when so many samples have been recorded."""
    async with asyncio.timeout(LONG):
        while agent.samples.total < count:
            await clock.pause(0.005)


def run(story: Callable[[Agent, int], Awaitable[None]], capacity: int = 1000) -> None:
    async def go() -> None:
        async with running(capacity) as (agent, port):
            await story(agent, port)

    asyncio.run(go())
