"""Questions over UDP: one datagram each, identified by a key that the answer repeats.

Sockets are connected, so the kernel reports ICMP errors as socket errors and drops datagrams from other senders.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from functools import partial
from itertools import count

from kubeskeptic.agent.probes import http_answer
from kubeskeptic.agent.probes.readiness import ANSWER, Readiness
from kubeskeptic.agent.question import Ending, Question, ending_of
from kubeskeptic.agent.spec import KEY, Spec

_DATAGRAM = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
_LONGEST = 65535

Reading = Callable[[bytes], tuple[bytes, Ending | None]]
"""Takes a datagram, and returns its key and the ending of the question with that key; None if it does not answer it."""


class Datagrams:
    """The questions in flight of one probe, each on its own socket, or all on one that is kept."""

    def __init__(self, spec: Spec, readiness: Readiness, reading: Reading) -> None:
        self._spec = spec
        self._readiness = readiness
        self._reading = reading
        self._kept: _Socket | None = None
        self._closed = False

    def ask(self, question: Question, key: bytes, datagram: bytes) -> None:
        """Send a datagram; its question ends with the first answer to it, an error, or its deadline."""
        try:
            sock = self._socket()
        except OSError as error:
            question.ended(ending_of(error))
            return
        sock.ask(question, key, datagram)

    def close(self) -> None:
        """Close the kept socket once nothing is in flight."""
        self._closed = True
        if self._kept is not None:
            self._kept.close_when_idle()

    def _socket(self) -> _Socket:
        if not self._spec.keep_port:
            return _Socket(self._spec, self._readiness, self._reading)
        if self._kept is None:
            self._kept = _Socket(self._spec, self._readiness, self._reading)
        return self._kept


class _Socket:
    """One socket, and its questions that are still open, in the order of asking."""

    __slots__ = ("_asked", "_keep", "_readiness", "_reading", "_sock", "port")

    def __init__(self, spec: Spec, readiness: Readiness, reading: Reading) -> None:
        self._readiness = readiness
        self._reading = reading
        self._keep = spec.keep_port
        self._asked: dict[bytes, Question] = {}
        self._sock = socket.socket(spec.family, _DATAGRAM)
        try:
            self._sock.connect(spec.address)
            self.port = self._sock.getsockname()[1]
            readiness.watch(self._sock.fileno(), ANSWER, self._happened)
        except OSError:
            self._sock.close()
            raise

    def ask(self, question: Question, key: bytes, datagram: bytes) -> None:
        """Send a question; an error of the socket is its outcome."""
        question.port = self.port
        question.abandon = partial(self._forget, key)
        self._asked[key] = question
        try:
            self._sock.send(datagram)
        except OSError as error:
            self._failed(error)

    def close_when_idle(self) -> None:
        """Close the socket as soon as no question is open."""
        self._keep = False
        if not self._asked:
            self._close()

    def _happened(self, _events: int) -> None:
        try:
            while self._sock.fileno() >= 0:
                self._received(self._sock.recv(_LONGEST))
        except BlockingIOError:
            return
        except OSError as error:
            self._failed(error)

    def _received(self, answer: bytes) -> None:
        key, ending = self._reading(answer)
        question = self._asked.get(key)
        if question is not None and ending is not None:  # anything else does not answer a question of ours
            question.ended(ending)
            self._forget(key)

    def _failed(self, error: OSError) -> None:
        """End the newest question with an error: an error comes within a round trip, long before the next question."""
        for key in reversed(self._asked):
            self._asked[key].ended(ending_of(error))
            self._forget(key)
            return

    def _forget(self, key: bytes) -> None:
        question = self._asked.pop(key, None)
        if question is not None:
            question.abandon = None
        if not self._asked and not self._keep:
            self._close()

    def _close(self) -> None:
        if self._sock.fileno() >= 0:
            self._readiness.forget(self._sock.fileno())
            self._sock.close()


class UdpEcho:
    """``udp``: one datagram to a workload, which sends it back with its own identity.

    ::

        question   key (8 bytes) · filler of ``size`` − 8 bytes
        answer     key · {"pod", "namespace", "uid", …, "peer"} · newline · the same filler

    Above the path's MTU (some 1470 bytes on Ethernet) both travel in fragments, each of which may be lost individually. An
    answer with another filler is ``wrong``.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._filler = os.urandom(spec.size - KEY)
        self._keys = count(int.from_bytes(os.urandom(KEY - 1), "big"))
        self._datagrams = Datagrams(spec, readiness, self._read)

    def ask(self, question: Question) -> None:
        """Send the datagram."""
        key = next(self._keys).to_bytes(KEY, "big")
        self._datagrams.ask(question, key, key + self._filler)

    def close(self) -> None:
        """Close the kept port once nothing is in flight."""
        self._datagrams.close()

    def _read(self, answer: bytes) -> tuple[bytes, Ending | None]:
        return answer[:KEY], http_answer.judge_echo(200, answer[KEY:], self._filler, self._spec)
