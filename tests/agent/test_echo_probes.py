"""Questions whose payload comes back, against the workload itself and against servers that spoil it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.identity import Identity
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.serve import Workload
from tests.agent import loopback
from tests.agent.loopback import HOST, SOON, Asked, ask, call, client, name_server, tcp_server

ME = Identity("web-1", "node-1", "10.0.0.7", "172.18.0.2", "ns", "u-1")


def asked_of_workload(kind: str, *controls: dict[str, Any], deadline: float = loopback.LONG, **more: Any) -> Asked:
    async def go() -> Asked:
        workload = Workload(ME)
        port = await workload.listen(HOST, 0)
        try:
            for control in controls:
                await call(port, "POST", "/control", control)
            return await ask(kind, port, deadline, **more)
        finally:
            await workload.stop()

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("kind", "size"), [("udp", 8), ("udp", 1400), ("udp", 60_000), ("http-payload", 1), ("http-payload", 1 << 19)]
)
def test_small_and_large_come_back(kind: str, size: int) -> None:
    seen = asked_of_workload(kind, size=size, peer=True, expect=["ns/web-1/u-1"])
    assert (seen.outcome, seen.by) == (Outcome.OK, f"ns/web-1/u-1/{HOST}")
    assert seen.port > 0


@pytest.mark.parametrize("kind", ["udp", "http-payload"])
class TestBoth:
    def test_another_pod_is_wrong(self, kind: str) -> None:
        assert asked_of_workload(kind, expect=["ns/web-1/u-2"]).outcome is Outcome.WRONG

    def test_a_workload_that_hangs_is_a_timeout(self, kind: str) -> None:
        assert asked_of_workload(kind, {"hang": 2}, deadline=SOON).outcome is Outcome.TIMEOUT

    def test_a_workload_that_is_slow_answers_late(self, kind: str) -> None:
        seen = asked_of_workload(kind, {"delay": 0.1})
        assert (seen.outcome, seen.took >= 0.1) == (Outcome.OK, True)

    def test_nothing_that_listens_is_refused(self, kind: str) -> None:
        with loopback.nobody() as port:
            assert asyncio.run(ask(kind, port)).outcome is Outcome.REFUSED


def test_a_datagram_that_changed_on_its_way_is_wrong() -> None:
    async def go(spoil: Any) -> Asked:
        named = b'{"pod":"web-1"}\n'
        async with name_server(lambda data: [spoil(data[:8] + named + data[8:])]) as port:
            return await ask("udp", port, SOON, size=100)

    assert asyncio.run(go(lambda answer: answer)).outcome is Outcome.OK
    assert asyncio.run(go(lambda answer: answer[:-1])).outcome is Outcome.WRONG
    assert asyncio.run(go(lambda answer: answer[:-1] + bytes([answer[-1] ^ 1]))).outcome is Outcome.WRONG
    assert asyncio.run(go(lambda answer: bytes(8) + answer[8:])).outcome is Outcome.TIMEOUT


def test_a_body_that_changed_on_its_way_is_wrong() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"pod":"web-1"}\n' + (await reader.readexactly(5000))[:-1] + b"?"
        writer.write(loopback.http(body))

    async def go() -> Asked:
        async with tcp_server(talk) as port:
            return await ask("http-payload", port, size=5000)

    assert asyncio.run(go()).outcome is Outcome.WRONG


def test_a_server_that_answers_before_it_has_read_everything() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(loopback.http({"pod": "web-1"}, status=413))
        await writer.drain()
        await clock.pause(0.05)

    async def go() -> Asked:
        async with tcp_server(talk) as port:
            return await ask("http-payload", port, size=1 << 19)

    assert asyncio.run(go()).outcome in (Outcome.WRONG, Outcome.RESET)


def test_udp_by_one_port() -> None:
    async def go() -> set[int]:
        workload = Workload(ME)
        port = await workload.listen(HOST, 0)
        async with client("udp", port, keep_port=True) as one:
            seen = [await one.ask() for _ in range(3)]
        await workload.stop()
        assert {answer.outcome for answer in seen} == {Outcome.OK}
        return {answer.port for answer in seen}

    assert len(asyncio.run(go())) == 1
