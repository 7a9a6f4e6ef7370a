"""``dns-udp``: one datagram to one name server, one answer or none. A new socket for each question, and so a new port."""

from __future__ import annotations

import socket

from kubeskeptic.agent.probes import dns_message
from kubeskeptic.agent.probes.readiness import ANSWER, Readiness
from kubeskeptic.agent.question import Question, ending_of
from kubeskeptic.agent.spec import Spec

_DATAGRAM = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
_LONGEST = 65535


class DnsUdp:
    """Asks a name server over UDP."""

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness
        self._query = dns_message.query_tail(spec)

    def ask(self, question: Question) -> None:
        """Send the query."""
        _Datagram(self._spec, self._readiness, question).send(dns_message.new_id(), self._query)

    def close(self) -> None:
        """Nothing is ever idle."""


class _Datagram:
    """One query in flight. The socket is connected: an ICMP error comes back as an error, a stranger's datagram does not."""

    __slots__ = ("_id", "_question", "_readiness", "_sock", "_spec")

    def __init__(self, spec: Spec, readiness: Readiness, question: Question) -> None:
        self._spec = spec
        self._readiness = readiness
        self._question = question
        self._id = b""
        self._sock: socket.socket | None = None

    def send(self, number: bytes, query: bytes) -> None:
        self._id = number
        self._question.abandon = self._close
        try:
            sock = self._sock = socket.socket(self._spec.family, _DATAGRAM)
            sock.connect(self._spec.address)
            self._question.port = sock.getsockname()[1]
            sock.send(number + query)
            self._readiness.watch(sock.fileno(), ANSWER, self._happened)
        except OSError as error:
            self._question.ended(ending_of(error))
            self._close()

    def _happened(self, _events: int) -> None:
        try:
            while self._sock is not None:
                answer = self._sock.recv(_LONGEST)
                if answer[:2] == self._id:  # anything else answers no question of ours
                    self._question.ended(dns_message.judge(answer[2:], self._spec))
                    self._close()
        except BlockingIOError:
            return
        except OSError as error:
            self._question.ended(ending_of(error))
            self._close()

    def _close(self) -> None:
        if self._sock is not None:
            self._readiness.forget(self._sock.fileno())
            self._sock.close()
            self._sock = None
            self._question.abandon = None
