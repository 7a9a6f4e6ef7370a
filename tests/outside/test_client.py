"""Every outcome of the outside probe's question, each made for real, and the same as a node's agent sees."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable

import httpx
import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import parse
from kubeskeptic.outside.client import HttpxProber, PortLoop, ending_of_error, warm_up
from tests.agent import loopback
from tests.agent.loopback import HOST, LONG, Asked, Talk, http, says, silent, tcp_server

RIGHT = http({"pod": "web-1"})
WHILE = 2.0
"""A deadline in which also a busy machine comes to connect."""


async def ask(port: int, deadline: float = LONG, **more: object) -> Asked:
    """Return the outcome of one question."""
    spec = parse({"name": "p", "kind": "http-new", "host": HOST, "port": port, "deadline": deadline, **more})
    answer: asyncio.Future[Asked] = asyncio.get_running_loop().create_future()

    def report(question: Question, took: float, ending: Ending) -> None:
        answer.set_result(Asked(ending.outcome, ending.by, ending.reason, question.port, took))

    question, deadlines = Question(0, report), Deadlines(spec.deadline)
    deadlines.add(question)
    HttpxProber(spec).ask(question)
    try:
        async with asyncio.timeout(LONG):
            return await answer
    finally:
        deadlines.drop()
        await clock.turn()


def run(go: Callable[[], Awaitable[Asked]]) -> Asked:
    async def awaited() -> Asked:
        await warm_up()
        return await go()

    with asyncio.Runner(loop_factory=PortLoop) as runner:
        return runner.run(awaited())


def asked_of(talk: Talk, deadline: float = LONG, **more: object) -> Asked:
    """How a question of a server that talks so ends; the agents' own probe has to see the same outcome."""

    async def go() -> Asked:
        async with tcp_server(talk) as port:
            by_agent = await loopback.ask("http-new", port, deadline, **more)
            seen = await ask(port, deadline, **more)
        assert (seen.outcome, seen.by) == (by_agent.outcome, by_agent.by)
        return seen

    return run(go)


def test_ok_names_who_answered_and_the_port_it_asked_from() -> None:
    seen = asked_of(says(RIGHT))
    assert (seen.outcome, seen.by) == (Outcome.OK, "/web-1/")
    assert seen.port > 0


@pytest.mark.parametrize(
    "answer",
    [http({"pod": "web-1"}, status=503), http(b"not json"), http({"pod": ""}), http({"pod": "web-1"}, status=302)],
)
def test_a_complete_answer_with_other_content_is_wrong(answer: bytes) -> None:
    assert asked_of(says(answer)).outcome is Outcome.WRONG


def test_a_pod_that_was_not_expected_is_wrong() -> None:
    assert asked_of(says(RIGHT), expect=["web-2"]).outcome is Outcome.WRONG


@pytest.mark.parametrize("then", ["close", "cut"])
@pytest.mark.parametrize("part", [b"", RIGHT[:9], RIGHT[:-1]])
def test_an_end_before_the_answer_is_complete_is_reset(then: str, part: bytes) -> None:
    assert asked_of(says(part, then=then)).outcome is Outcome.RESET


def test_what_is_no_http_is_unknown_with_its_reason() -> None:
    seen = asked_of(says(b"SSH-2.0-OpenSSH\r\n\r\n"))
    assert seen.outcome is Outcome.UNKNOWN
    assert "SSH-2.0" in seen.reason


def test_nobody_listening_is_refused() -> None:
    with loopback.nobody() as port:
        assert run(lambda: ask(port)).outcome is Outcome.REFUSED


def test_silence_after_connecting_is_timeout() -> None:
    seen = asked_of(silent, WHILE)
    assert seen.outcome is Outcome.TIMEOUT
    assert WHILE <= seen.took < LONG
    assert seen.port > 0


def test_an_answer_that_drips_is_timeout_at_the_deadline() -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for at in range(len(RIGHT)):
            writer.write(RIGHT[at : at + 1])
            await writer.drain()
            await clock.pause(WHILE / 5)

    seen = asked_of(drips, WHILE)
    assert seen.outcome is Outcome.TIMEOUT
    assert WHILE <= seen.took < LONG


def test_a_syn_without_answer_is_timeout_and_its_port_is_known() -> None:
    with loopback.full() as port:
        seen = run(lambda: ask(port, WHILE))
    assert seen.outcome is Outcome.TIMEOUT
    assert seen.port > 0


def test_every_question_has_a_connection_of_its_own() -> None:
    ports: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports.append(writer.get_extra_info("peername")[1])
        await says(http({"pod": "web-1"}, connection="keep-alive"), then="keep")(reader, writer)

    async def go() -> Asked:
        async with tcp_server(talk) as port:
            seen = [await ask(port) for _ in range(3)]
        assert [one.port for one in seen] == ports
        return seen[-1]

    assert run(go).outcome is Outcome.OK
    assert len(set(ports)) == 3


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback.nobody() as port:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{HOST}:{port}")
        assert asked_of(says(RIGHT)).outcome is Outcome.OK


def caused(error: Exception, by: Exception) -> Exception:
    """The error as httpx raises it: from httpcore's, which came while the system's was handled."""
    middle = OSError("All connection attempts failed")
    middle.__context__ = by
    error.__cause__ = middle
    return error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (caused(httpx.ConnectError("x"), OSError(errno.ECONNREFUSED, "")), Outcome.REFUSED),
        (caused(httpx.ConnectError("x"), OSError(errno.EHOSTUNREACH, "")), Outcome.UNREACHABLE),
        (caused(httpx.ConnectError("x"), OSError(errno.ENETUNREACH, "")), Outcome.UNREACHABLE),
        (caused(httpx.ConnectError("x"), OSError(errno.ETIMEDOUT, "")), Outcome.TIMEOUT),
        (caused(httpx.ConnectError("x"), OSError(errno.EADDRNOTAVAIL, "")), Outcome.UNKNOWN),
        (httpx.ConnectError("x"), Outcome.UNKNOWN),
        (caused(httpx.ReadError("x"), OSError(errno.ECONNRESET, "")), Outcome.RESET),
        (caused(httpx.ReadError("x"), OSError(errno.ETIMEDOUT, "")), Outcome.TIMEOUT),
        (caused(httpx.WriteError("x"), OSError(errno.EPIPE, "")), Outcome.RESET),
        (httpx.ReadError("x"), Outcome.RESET),
        (httpx.WriteError("x"), Outcome.RESET),
        (httpx.CloseError("x"), Outcome.RESET),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), Outcome.RESET),
        (httpx.RemoteProtocolError("peer closed connection without sending complete message body"), Outcome.RESET),
        (httpx.RemoteProtocolError("illegal status line"), Outcome.UNKNOWN),
        (httpx.LocalProtocolError("x"), Outcome.UNKNOWN),
        (httpx.ReadTimeout("x"), Outcome.TIMEOUT),
        (httpx.DecodingError("x"), Outcome.UNKNOWN),
        (ValueError("x"), Outcome.UNKNOWN),
    ],
)
def test_errors_of_httpx_are_outcomes(error: Exception, outcome: Outcome) -> None:
    ending = ending_of_error(error)
    assert ending.outcome is outcome
    assert bool(ending.reason) is (outcome is Outcome.UNKNOWN)
