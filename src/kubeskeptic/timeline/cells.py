"""Cells of tables that a scenario noted: an outcome that the machine itself may have caused is not known."""

from __future__ import annotations

from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.durations import LATE, PROBE_DEADLINE
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.stalls import stood_still


def as_known(recording: Recording, value: Any, noted: float) -> Any:
    """Return a cell's value, with the outcome ``unknown`` in place of ``timeout`` if too little of the request's time was left
    because the nodes' machine stood still.

    A cell states only when it was noted: up to a deadline after its request ended, which lasted for a deadline. Its clock went
    on during a standstill. A request is answered at once, or after the first retransmission.

    :param value: an outcome, or a mapping that has one as ``outcome``
    :param noted: when the cell was noted, in Unix seconds
    """
    outcome = value.get("outcome") if isinstance(value, dict) else value
    if outcome != Outcome.TIMEOUT or not recording.standstills:
        return value
    if stood_still(recording.standstills, (), noted - 2 * PROBE_DEADLINE, noted) <= PROBE_DEADLINE - LATE:
        return value
    return value | {"outcome": Outcome.UNKNOWN} if isinstance(value, dict) else Outcome.UNKNOWN
