"""One question of the outside probe: HTTP on a new connection, by httpx. Nothing else in the library imports httpx.

httpx's automatic behaviour is switched off: it reads no proxy or netrc from the environment, does not retry, follows no
redirects and keeps no connections. Its timeouts apply to each read, so a slow answer could last for ever; the question's own
deadline ends everything instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import httpx

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes.http_answer import Answer, judge
from kubeskeptic.agent.question import RESET, TIMEOUT, Ending, Question, ending_of
from kubeskeptic.agent.spec import Spec

_ENDED_EARLY = ("Server disconnected", "peer closed connection")
"""How the messages of httpcore and h11 begin when the peer closed before its answer was complete."""
_ASKING: ContextVar[Question] = ContextVar("_ASKING")


class HttpxProber:
    """Asks over HTTP on new connections. Create it inside a running :class:`PortLoop`.

    :param name: the host name to ask for; the address itself when empty
    """

    def __init__(self, spec: Spec, name: str = "") -> None:
        host, port = spec.address
        self._spec = spec
        self._url = httpx.URL(scheme="http", host=host, port=port, path=spec.path)
        self._tasks: set[asyncio.Task[None]] = set()
        never_kept = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(retries=0, trust_env=False, limits=never_kept),
            headers={"Connection": "close", "User-Agent": "kubeskeptic"} | ({"Host": name} if name else {}),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113  # the question's deadline cancels the task
        )

    def ask(self, question: Question) -> None:
        """Open a connection and ask, without waiting for the answer."""
        task = asyncio.create_task(self._ask(question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        question.abandon = functools.partial(_cancel, task)

    def close(self) -> None:
        """Do nothing: no connection is ever idle."""

    async def _ask(self, question: Question) -> None:
        _ASKING.set(question)
        try:
            question.ended(await self.answer())
        finally:
            question.abandon = None

    async def answer(self) -> Ending:
        """Ask, and return how the question ended."""
        try:
            answer = await self._client.get(self._url)
        except Exception as error:  # noqa: BLE001  # any error ends the question
            return ending_of_error(error)
        ending = judge(Answer(answer.status_code, answer.content, reusable=False), self._spec)
        return ending if answer.status_code == HTTPStatus.OK else ending._replace(reason=f"status {answer.status_code}")


async def warm_up() -> None:
    """Send a request to a port of this machine that refuses connections.

    httpx loads modules on its first request, for up to half a second, which would stall the first questions.
    """
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        spec = Spec("warm-up", "http-new", 1.0, 1.0, ("127.0.0.1", closed.getsockname()[1]))
        await HttpxProber(spec).answer()


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()


def ending_of_error(error: Exception) -> Ending:
    """Return what an error of httpx means for the question.

    A system error number among the causes decides, by the agents' own table. Without one, a connection that broke or ended
    early was reset; everything else is unknown, with the error's text.
    """
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno:
            return ending_of(cause)
    if isinstance(error, httpx.TimeoutException):
        return TIMEOUT
    early = isinstance(error, httpx.RemoteProtocolError) and str(error).startswith(_ENDED_EARLY)
    if early or isinstance(error, httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return RESET
    return Ending(Outcome.UNKNOWN, reason=f"{type(error).__name__}: {error}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


class PortLoop(asyncio.SelectorEventLoop):
    """An event loop that records a question's source port as soon as the kernel has chosen it.

    httpx reports the port of established connections only. A connection whose SYN is never answered has a port too, and later
    failures are traced back to it (:mod:`kubeskeptic.timeline.stale_conntrack`).
    """

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect, as every event loop does."""
        question = _ASKING.get(None)
        if question is not None:
            self.call_soon(_note_port, question, sock)  # runs once the connect has begun
        await super().sock_connect(sock, address)
        if question is not None:
            question.stirred = self.time()


def _note_port(question: Question, sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # refused at once and closed
        question.port = sock.getsockname()[1]
