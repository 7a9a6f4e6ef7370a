"""The small HTTP server."""

from __future__ import annotations

import asyncio

import pytest

from kubeskeptic.agent import clock
from kubeskeptic.agent.http import Response, Server, reply
from kubeskeptic.agent.request import LONGEST_HEAD, BadRequest, Request, parse
from tests.agent.loopback import HOST, call


@pytest.mark.parametrize(
    ("head", "keep"),
    [
        (b"GET /a?b=c HTTP/1.1\r\n\r\n", True),
        (b"GET /a?b=c HTTP/1.1\r\nConnection: Close\r\n\r\n", False),
        (b"GET /a?b=c HTTP/1.0\r\n\r\n", False),
        (b"GET /a?b=c HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", True),
    ],
)
def test_requests(head: bytes, keep: bool) -> None:
    assert parse(head, "10.0.0.9") == (Request("GET", "/a", {"b": "c"}, b"", "10.0.0.9"), len(head), keep)


@pytest.mark.parametrize("length", range(len(b"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")))
def test_a_part_of_a_request_is_none_yet(length: int) -> None:
    assert parse(b"PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"[:length]) is None


CHUNKED = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n00A\r\n0123456789\r\n0\r\n"


@pytest.mark.parametrize("ending", [b"\r\n", b"Trailer: t\r\n\r\n"])
def test_a_body_in_chunks(ending: bytes) -> None:
    whole = CHUNKED + ending
    found = parse(whole + b"GET")
    assert found is not None
    assert (found[0].body, found[1]) == (b"abc0123456789", len(whole))
    assert [parse(whole[:length]) for length in range(len(whole))] == [None] * len(whole)


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"x" * (LONGEST_HEAD + 1),
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(BadRequest):
        parse(data)


def test_requests_one_after_another_on_one_connection_are_answered_in_order() -> None:
    async def go() -> None:
        async def slow(request: Request) -> Response:
            await clock.turn()
            return reply(request.path)

        server = Server(lambda request: slow(request) if request.path == "/1" else reply(request.path))
        port = await server.listen(HOST, 0)
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % number for number in range(3)))
        answers = [await reader.readuntil(b'"/%d"' % number) for number in range(3)]
        assert [b"keep-alive" in answer for answer in answers] == [True] * 3
        await server.stop()
        assert await reader.read() == b"", "an idle connection is closed when the server stops"
        writer.close()
        await writer.wait_closed()

    asyncio.run(go())


def test_stopping_refuses_at_once_and_finishes_what_is_in_flight() -> None:
    async def go() -> None:
        asked, may_answer = asyncio.Event(), asyncio.Event()

        async def handler(_: Request) -> Response:
            asked.set()
            await may_answer.wait()
            return reply("finished")

        server = Server(handler)
        port = await server.listen(HOST, 0)
        waiting = asyncio.create_task(call(port, "GET", "/"))
        await asked.wait()
        stopping = asyncio.create_task(server.stop())
        await clock.turn()
        with pytest.raises(ConnectionRefusedError):
            await call(port, "GET", "/")
        assert not stopping.done()
        may_answer.set()
        assert await waiting == (200, "finished")
        await stopping

    asyncio.run(go())


@pytest.mark.parametrize(("raised", "status"), [(BadRequest("no"), 400), (RuntimeError("bug"), 500)])
def test_errors_of_a_handler(raised: Exception, status: int) -> None:
    async def go() -> None:
        async def handler(_: Request) -> Response:
            raise raised

        server = Server(handler)
        port = await server.listen(HOST, 0)
        assert (await call(port, "GET", "/"))[0] == status
        await server.stop()

    asyncio.run(go())
