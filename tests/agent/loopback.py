"""Servers that behave in every way a server can, and one question asked of them."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import dns.message

from kubeskeptic.agent import clock
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes import Prober, Readiness, prober_for
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import Spec, parse

HOST = "127.0.0.1"
SOON = 0.06
"""A deadline that a test waits out, in seconds."""
LONG = 5.0
"""A deadline that no test waits out."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """How one question ended."""

    outcome: Outcome
    by: str
    reason: str
    port: int
    took: float


class Client:
    """Asks one probe's questions one by one."""

    def __init__(self, spec: Spec) -> None:
        self.readiness = Readiness()
        self.prober: Prober = prober_for(spec, self.readiness)
        self.deadlines = Deadlines(spec.deadline)
        self._tick = 0

    def begin(self) -> asyncio.Future[Asked]:
        """Ask, and go on."""
        answer: asyncio.Future[Asked] = asyncio.get_running_loop().create_future()

        def report(question: Question, took: float, ending: Ending) -> None:
            answer.set_result(Asked(ending.outcome, ending.by, ending.reason, question.port, took))

        question = Question(self._tick, report)
        self._tick += 1
        self.deadlines.add(question)
        self.prober.ask(question)
        return answer

    async def ask(self) -> Asked:
        """Ask, and wait for the outcome."""
        async with asyncio.timeout(LONG):
            return await self.begin()


@asynccontextmanager
async def client(kind: str, port: int, deadline: float = LONG, **more: Any) -> AsyncIterator[Client]:
    """A client of one probe; whatever it has left open is closed."""
    where = {"server": HOST, "qname": "web.test."} if kind.startswith("dns") else {"host": HOST}
    one = Client(parse({"name": "p", "kind": kind, "port": port, "deadline": deadline, **where, **more}))
    try:
        yield one
    finally:
        one.prober.close()
        one.deadlines.drop()
        one.readiness.close()
        await clock.turn()


async def ask(kind: str, port: int, deadline: float = LONG, **more: Any) -> Asked:
    """The outcome of one question."""
    async with client(kind, port, deadline, **more) as one:
        return await one.ask()


@asynccontextmanager
async def tcp_server(talk: Talk) -> AsyncIterator[int]:
    """A server whose connections go as ``talk`` says; yields its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(connection, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await clock.turn()


def says(answer: bytes, *, then: str = "close") -> Talk:
    """Answers each request with the same bytes, then closes, cuts (with a reset), or keeps the connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            if then == "cut":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if then != "keep":
                return

    return talk


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Takes everything and says nothing."""
    while await reader.read(4096):
        pass


def http(body: Any, status: int = 200, connection: str = "close") -> bytes:
    """An HTTP answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\nConnection: {connection}\r\n\r\n".encode() + data


@contextmanager
def nobody() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        yield taken.getsockname()[1]


@contextmanager
def full() -> Iterator[int]:
    """A port whose queue of connections is full, so that a SYN is never answered."""
    with socket.socket() as listener, socket.socket() as first:
        listener.bind((HOST, 0))
        listener.listen(0)
        first.connect(listener.getsockname())
        yield listener.getsockname()[1]


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answers: Callable[[bytes], list[bytes]]) -> None:
        self.answers = answers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for answer in self.answers(data):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def name_server(answers: Callable[[bytes], list[bytes]]) -> AsyncIterator[int]:
    """A name server over UDP that sends back what ``answers`` makes of a query."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(answers), (HOST, 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        await clock.turn()


def dns_answer(query: bytes, *records: str, rcode: int = 0, flags: int = 0) -> bytes:
    """The answer to a query, with records in zone file form ("web.test. 30 IN A 10.0.0.1")."""
    asked = dns.message.from_wire(query)
    lines = [f"id {asked.id}", "opcode QUERY", f"rcode {dns.rcode.to_text(dns.rcode.Rcode(rcode))}", "flags QR"]
    text = "\n".join([*lines, ";QUESTION", asked.question[0].to_text(), ";ANSWER", *records, ""])
    answer = dns.message.from_text(text)
    answer.flags |= flags
    return answer.to_wire()


async def call(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and decoded body of one HTTP request."""
    reader, writer = await asyncio.open_connection(HOST, port)
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    writer.write(
        f"{method} {path} HTTP/1.1\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data
    )
    try:
        answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    head, _, text = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(text)
