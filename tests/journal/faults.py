"""Records of faults as a journal holds them, and a fault to write."""

from __future__ import annotations

from typing import Any

from kubeskeptic.journal.open_faults import OpenFault


def records(identity: str, *phases: str, undoes: str = "mend it") -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {"kind": "fault", "id": identity, "fault": "break", "phase": phase} for phase in phases
    ]
    made[0] |= {"undo": {"thing": identity}, "undoes": undoes, "targets": [f"thing/{identity}"], "cluster": "u"}
    return made


WHOLE = ("intent", "armed", "applying", "applied", "bit", "undoing", "undone", "healed", "disarmed", "done")
CUP = OpenFault("cup-1", "break", "r 1", ("thing/cup",), {"x": 1}, "armed", where={"scenario": "s", "act": "a"})
