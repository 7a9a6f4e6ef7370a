"""Cells of tables that a scenario noted: an outcome that the machine itself may have caused is not known."""

from __future__ import annotations

from typing import Any

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import LATE, PROBE_DEADLINE
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.stalls import stood_still

BOTH = " and "
"""What joins the outcomes of several requests in one cell, such as those to several nodes, if they differ."""
_OUTCOMES = frozenset(map(str, OUTCOMES))


def outcomes_of(value: Any) -> tuple[Any, ...]:
    """Return the outcomes that a cell joins; a cell that holds one outcome or anything else is returned as it is."""
    parts = tuple(value.split(BOTH)) if isinstance(value, str) else ()
    return parts if len(parts) > 1 and _OUTCOMES.issuperset(parts) else (value,)


def as_known(recording: Recording, value: Any, noted: float) -> Any:
    """Return a cell's value, with the outcome ``unknown`` in place of ``timeout`` if too little of the request's time was left
    because the nodes' machine stood still.

    A cell states only when it was noted: up to a deadline after its request ended, which lasted for a deadline. Its clock went
    on during a standstill. A request is answered at once, or after the first retransmission.

    :param value: an outcome, several of them, or a mapping that has one as ``outcome``
    :param noted: when the cell was noted, in Unix seconds
    """
    outcome = value.get("outcome") if isinstance(value, dict) else value
    several = outcomes_of(outcome)
    if Outcome.TIMEOUT not in several or not recording.standstills:
        return value
    if stood_still(recording.standstills, (), noted - 2 * PROBE_DEADLINE, noted) <= PROBE_DEADLINE - LATE:
        return value
    known = BOTH.join(sorted({Outcome.UNKNOWN if one == Outcome.TIMEOUT else one for one in several}))
    return value | {"outcome": known} if isinstance(value, dict) else known
