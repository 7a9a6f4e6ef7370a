"""``udp``: one datagram to a workload, which sends it back with its own identity.

::

    question   key (8 bytes) · filler of ``size`` − 8 bytes
    answer     key · {"pod", "namespace", "uid", …, "peer"} · newline · the same filler

Above the path's MTU (some 1470 bytes on Ethernet) both travel in fragments, each of which may be lost individually. An answer
with another filler is ``wrong``.
"""

from __future__ import annotations

import os
from itertools import count

from kubeskeptic.agent.probes import http_answer
from kubeskeptic.agent.probes.datagram import Datagrams
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import KEY, Spec


class UdpEcho:
    """Asks a workload over UDP."""

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
