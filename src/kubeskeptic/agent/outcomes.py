"""How a question can end: a closed list."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How one question ended. Everything that fits nowhere is ``UNKNOWN``, which makes a finding inconclusive."""

    OK = "ok"
    REFUSED = "refused"
    """No process listens: the connection was answered with a reset before it was established."""
    RESET = "reset"
    """The connection was cut after it was established, by a reset or an early end."""
    TIMEOUT = "timeout"
    """No complete answer within the probe's deadline."""
    UNREACHABLE = "unreachable"
    """The network said so: no route to the host or network."""
    NXDOMAIN = "nxdomain"
    """DNS: the name does not exist."""
    SERVFAIL = "servfail"
    """DNS: the server failed or refused to answer."""
    WRONG = "wrong"
    """A complete answer with other content than expected (status, body, or DNS answer set)."""
    UNKNOWN = "unknown"
    """None of the others: the harness has to learn something before it may judge."""


OUTCOMES: tuple[Outcome, ...] = tuple(Outcome)
"""The order of this tuple is the encoding of outcomes in a batch of samples; add at the end only."""
