"""The ways in which a question can end: a closed list."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How one question ended. Whatever fits no other outcome is ``UNKNOWN``, which makes a finding *inconclusive*."""

    OK = "ok"
    REFUSED = "refused"
    """No process listens: a reset answered the connection before it was established."""
    RESET = "reset"
    """The connection was ended after it was established, by a reset or an early close."""
    TIMEOUT = "timeout"
    """No complete answer within the probe's deadline."""
    UNREACHABLE = "unreachable"
    """The network reported that there is no route to the host or network."""
    NXDOMAIN = "nxdomain"
    """DNS: the name does not exist."""
    SERVFAIL = "servfail"
    """DNS: the server failed or refused to answer."""
    WRONG = "wrong"
    """A complete answer with other content than expected (status, body, or DNS answer set)."""
    UNKNOWN = "unknown"
    """None of the others: the harness must learn about this case before it may judge it."""


OUTCOMES: tuple[Outcome, ...] = tuple(Outcome)
"""The order of this tuple is the encoding of outcomes in a batch of samples; add at the end only."""
