"""The workload, in this process and as the process that a container runs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from kubeskeptic.agent.identity import Identity
from kubeskeptic.agent.serve import Workload
from tests.agent.loopback import HOST, call, nobody

WHO = {"pod": "web-1", "namespace": "ns", "uid": "u-1", "node": "node-1", "ip": "10.0.0.7", "boot": "b1"}


@asynccontextmanager
async def workload() -> AsyncIterator[tuple[int, list[int]]]:
    """A workload's port, and the statuses with which it would have ended its process."""
    left: list[int] = []
    one = Workload(Identity("web-1", "node-1", "10.0.0.7", "172.18.0.2", "ns", "u-1", boot="b1"), leave=left.append)
    port = await one.listen(HOST, 0)
    try:
        yield port, left
    finally:
        await one.stop()


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The agent's image, so to speak: a process, and the port it listens on."""
    command = [sys.executable, "-m", "kubeskeptic.agent", *arguments]
    environment = os.environ | {"POD_NAME": "web-1", "NODE_NAME": "node-1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as one:
        assert one.stdout is not None
        try:
            yield one, int(json.loads(one.stdout.readline())["listening"])
        finally:
            one.kill()


def test_it_says_who_it_is_and_whom_it_sees() -> None:
    async def go() -> None:
        async with workload() as (port, _):
            await call(port, "GET", "/")
            assert await call(port, "GET", "/any/path?x=1") == (
                200,
                WHO | {"peer": HOST, "n": 2},
            )

    asyncio.run(go())


def test_ready_and_alive_are_two_things() -> None:
    async def go() -> None:
        async with workload() as (port, _):
            assert (await call(port, "GET", "/ready"))[0] == 200
            await call(port, "POST", "/control", {"ready": False})
            assert [(await call(port, "GET", path))[0] for path in ("/ready", "/healthz", "/")] == [503, 200, 200]
            await call(port, "POST", "/control", {"ready": True})
            assert (await call(port, "GET", "/ready"))[0] == 200

    asyncio.run(go())


def test_a_delay_is_for_answers_not_for_the_kubelets_probes() -> None:
    async def go() -> None:
        async with workload() as (port, _):
            await call(port, "POST", "/control", {"delay": 0.05})
            slow = asyncio.create_task(call(port, "GET", "/"))
            assert (await call(port, "GET", "/healthz"))[0] == 200
            assert not slow.done()
            assert (await slow)[1]["pod"] == "web-1"

    asyncio.run(go())


def test_hung_it_answers_nothing_until_told() -> None:
    async def go() -> None:
        async with workload() as (port, _):
            await call(port, "POST", "/control", {"hang": 60})
            waiting = [asyncio.create_task(call(port, "GET", path)) for path in ("/", "/healthz", "/ready")]
            await call(port, "POST", "/control", {"hang": 60})
            assert not any(task.done() for task in waiting)
            await call(port, "POST", "/control", {"hang": 0})
            assert [status for status, _ in await asyncio.gather(*waiting)] == [200, 200, 200]

    asyncio.run(go())


def test_it_answers_before_it_exits() -> None:
    async def go() -> None:
        async with workload() as (port, left):
            assert await call(port, "POST", "/control", {"exit": 3}) == (200, {"ok": True})
            assert left == [3]

    asyncio.run(go())


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        [],
        {},
        {"seconds": 1},
        {"ready": 1},
        {"delay": -1},
        {"hang": "1"},
        {"exit": 1.5},
        {"burn": 1},
        {"dance": True},
    ],
)
def test_nonsense_is_refused(body: object) -> None:
    async def go() -> None:
        async with workload() as (port, _):
            status, answer = await call(port, "POST", "/control", body)
            assert status == 400, answer
            assert (await call(port, "DELETE", "/"))[0] == 405

    asyncio.run(go())


@pytest.mark.parametrize("what", ["serve", "ask"])
def test_sigterm_ends_it_with_status_0(what: str) -> None:
    more = ["--echo-port=0"] if what == "ask" else []
    with process(what, f"--host={HOST}", "--port=0", *more) as (one, port):
        assert asyncio.run(call(port, "GET", "/healthz"))[0] == 200
        one.send_signal(signal.SIGTERM)
        assert one.wait(10) == 0


def test_sigterm_finishes_what_is_in_flight() -> None:
    async def go(one: subprocess.Popen[str], port: int) -> None:
        await call(port, "POST", "/control", {"delay": 0.2})
        waiting = asyncio.create_task(call(port, "GET", "/"))
        await call(port, "GET", "/healthz")  # accepted after the slow one, so that is in flight
        one.send_signal(signal.SIGTERM)
        assert (await waiting)[1]["pod"] == "web-1"

    with process("serve", f"--host={HOST}", "--port=0") as (one, port):
        asyncio.run(go(one, port))
        assert one.wait(10) == 0


def test_exit_ends_the_process_with_the_status() -> None:
    with process("serve", f"--host={HOST}", "--port=0") as (one, port):
        asyncio.run(call(port, "POST", "/control", {"exit": 7}))
        assert one.wait(10) == 7


def test_burning_ends_by_itself_and_with_the_workload() -> None:
    async def go(port: int) -> None:
        assert (await call(port, "POST", "/control", {"burn": 1.2, "seconds": 60}))[0] == 200

    with process("serve", f"--host={HOST}", "--port=0") as (one, port):
        asyncio.run(go(port))
        children = Path(f"/proc/{one.pid}/task/{one.pid}/children").read_text().split()
        one.send_signal(signal.SIGTERM)
        assert one.wait(10) == 0
    assert len(children) == 2
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    subprocess.run(
        [sys.executable, "-m", "kubeskeptic.agent", "burn", "--share=0.5", "--seconds=0.05"], check=True, timeout=10
    )


def test_nothing_else_of_the_project_comes_into_the_pod() -> None:
    code = (
        "import sys, kubeskeptic.agent.__main__, kubeskeptic.agent.ask, kubeskeptic.agent.serve\n"
        "print(*sorted({'.'.join(m.split('.')[:2]) for m in sys.modules if m.split('.')[0] in "
        "('kubeskeptic', 'kubernetes', 'pytest', '_pytest', 'httpx', 'click', 'yaml')}))"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20).stdout
    assert seen.split() == ["kubeskeptic", "kubeskeptic.agent"]


@pytest.mark.parametrize("kind", ["http-new", "udp", "tcp"])
def test_it_asks_a_question_from_its_own_pod(kind: str) -> None:
    async def go() -> None:
        async with workload() as (port, _), workload() as (other, _):
            status, seen = await call(port, "POST", "/ask", {"kind": kind, "host": HOST, "port": other})
            assert (status, seen["outcome"]) == (200, "ok")
            assert seen["by"] == ("" if kind == "tcp" else "ns/web-1/u-1")
            assert 0 < seen["took"] < 3.5
            assert seen["port"] > 0

    asyncio.run(go())


def test_a_question_to_a_port_without_a_listener_is_refused() -> None:
    async def go() -> None:
        with nobody() as free:
            async with workload() as (port, _):
                _, seen = await call(port, "POST", "/ask", {"kind": "http-new", "host": HOST, "port": free})
                assert seen["outcome"] == "refused"

    asyncio.run(go())


@pytest.mark.parametrize("asked", [b"{", [], {"kind": "http-new"}, {"kind": "http-new", "host": "web", "port": 80}])
def test_a_question_that_cannot_be_asked_is_a_bad_request(asked: object) -> None:
    async def go() -> None:
        async with workload() as (port, _):
            status, said = await call(port, "POST", "/ask", asked)
            assert (status, set(said)) == (400, {"error"})

    asyncio.run(go())
