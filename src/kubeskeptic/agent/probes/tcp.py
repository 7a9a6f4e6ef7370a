"""``tcp``: a connection is opened and closed again; nothing is sent. The kernel answers, so no pod is named.

The client closes first, so each source port stays in TIME_WAIT for 60 s: at 50 questions a second, these are 3000 of the
kernel's 28232 ports towards one address.
"""

from __future__ import annotations

from kubeskeptic.agent.probes.connection import ClientConnection
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.question import Question
from kubeskeptic.agent.spec import Spec


class TcpConnect:
    """Asks whether a connection can be opened."""

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness

    def ask(self, question: Question) -> None:
        """Open a connection."""
        ClientConnection(self._spec, self._readiness, ClientConnection.close).ask(question, b"", None)

    def close(self) -> None:
        """Do nothing: no connection is ever idle."""
