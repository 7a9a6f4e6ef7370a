"""The exec pod: what it lets through, what it runs, what its timers do. On real sockets, with real processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.node_exec import FRESH, Gate, NodeExec, key_in, run, signature
from kubeskeptic.agent.request import Request
from kubeskeptic.node_access.pod_access import signed

KEY = b"k" * 32


def request(query: dict[str, str], path: str = "/run") -> Request:
    return Request("POST", path, query, b"", "127.0.0.1")


def refused(query: dict[str, str], asked: dict[str, Any], *, path: str = "/run", now: float = 1000.0) -> str:
    return Gate(KEY, lambda: now).why_not(request(query, path), asked)


def test_what_is_signed_and_fresh_is_let_through_once() -> None:
    gate = Gate(KEY, lambda: 1000.0)
    query = signed(KEY, "/run", {"argv": ["true"]}, now=1000.0)
    assert gate.why_not(request(query), {"argv": ["true"]}) == ""
    assert gate.why_not(request(query), {"argv": ["true"]}) == "it was sent before"


def test_the_order_of_a_body_does_not_matter() -> None:
    query = signed(KEY, "/run", {"a": 1, "b": 2}, now=1000.0)
    assert refused(query, {"b": 2, "a": 1}) == ""


@pytest.mark.parametrize(
    ("key", "path", "asked"),
    [(b"x" * 32, "/run", {}), (KEY, "/start", {}), (KEY, "/run", {"argv": ["reboot"]})],
    ids=["another key", "another path", "another body"],
)
def test_what_is_not_signed_is_refused(key: bytes, path: str, asked: dict[str, Any]) -> None:
    assert "not signed" in refused(signed(key, path, asked, now=1000.0), {})


@pytest.mark.parametrize("late", [-FRESH - 1, FRESH + 1])
def test_what_is_not_fresh_is_refused(late: float) -> None:
    assert "was made" in refused(signed(KEY, "/run", {}, now=1000.0 - late), {})


def test_what_is_remembered_is_forgotten_once_it_is_stale_anyway() -> None:
    now = [1000.0]
    gate = Gate(KEY, lambda: now[0])
    first = signed(KEY, "/run", {}, now=1000.0)
    assert gate.why_not(request(first), {}) == ""
    now[0] += 3 * FRESH
    assert gate.why_not(request(signed(KEY, "/run", {}, now=now[0])), {}) == ""
    assert "was made" in gate.why_not(request(first), {})


def test_a_request_without_a_time_is_refused() -> None:
    query = {"at": "now", "once": "1", "sign": signature(KEY, "/run", "now", "1", {})}
    assert "when it was made" in refused(query, {})


def test_a_command_gives_status_output_and_errors() -> None:
    assert asyncio.run(run(["sh", "-c", "cat; echo no >&2; exit 3"], b"yes", 10)) == (3, "yes", "no\n")
    assert asyncio.run(run(["/no/such/command"], None, 10))[0] == 127


def test_a_command_that_takes_too_long_is_ended() -> None:
    assert asyncio.run(run(["sleep", "60"], None, 0.05)) == (None, "", "ended after 0.05 s")


Ask = Callable[[str, dict[str, Any]], Awaitable[tuple[int, Any]]]


def with_hand(story: Callable[[Ask], Awaitable[None]], key: bytes = KEY) -> None:
    async def go() -> None:
        exec_pod = NodeExec(KEY)
        port = await exec_pod.server.listen("127.0.0.1", 0)

        async def ask(path: str, asked: dict[str, Any]) -> tuple[int, Any]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = json.dumps(asked).encode()
            head = f"POST {path}?{urlencode(signed(key, path, asked))} HTTP/1.1\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            status, _, rest = (await reader.read()).partition(b"\r\n")
            writer.close()
            return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])

        await story(ask)
        await exec_pod.stop()

    asyncio.run(go())


def test_it_runs_commands_for_who_has_the_key() -> None:
    async def story(ask: Ask) -> None:
        assert await ask("/run", {"argv": ["cat"], "stdin": "hello"}) == (200, {"status": 0, "out": "hello", "err": ""})
        assert (await ask("/run", {"argv": "reboot"}))[0] == 400
        assert (await ask("/dance", {}))[0] == 404

    with_hand(story)


def test_nobody_else_gets_anything() -> None:
    async def story(ask: Ask) -> None:
        assert (await ask("/run", {"argv": ["true"]}))[0] == 403

    with_hand(story, key=b"another key of thirty-two bytes.")


def test_a_timer_fires_once_and_is_gone(tmp_path: Path) -> None:
    mark = tmp_path / "fired"

    async def story(ask: Ask) -> None:
        argv = ["sh", "-c", f"echo x >> {mark}"]
        assert (await ask("/start", {"name": "t", "argv": argv, "seconds": 0.05}))[0] == 200
        assert (await ask("/timers", {}))[1] == {"timers": ["t"]}
        async with asyncio.timeout(5):
            while (await ask("/timers", {}))[1]["timers"]:
                await clock.pause(0.01)
        assert mark.read_text() == "x\n"

    with_hand(story)


def test_a_timer_that_was_stopped_does_not_fire(tmp_path: Path) -> None:
    mark = tmp_path / "fired"

    async def story(ask: Ask) -> None:
        await ask("/start", {"name": "t", "argv": ["touch", str(mark)], "seconds": 1.5})
        assert (await ask("/stop", {"name": "t"}))[0] == 200
        assert (await ask("/stop", {"name": "t"}))[0] == 200
        await clock.pause(1.6)
        assert not mark.exists()

    with_hand(story)


def test_a_key_is_long_enough_or_there_is_no_hand(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY + b"\n")
    assert key_in(str(tmp_path / "key")) == KEY
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(SystemExit):
        key_in(str(tmp_path / "key"))
    with pytest.raises(SystemExit):
        key_in(str(tmp_path / "nowhere"))
