"""A process that inflicts one fault and waits to be killed. Says each phase on standard output as it begins.

Signals are caught as a run of pytest catches them: the first one undoes everything, later ones only say that it is under way.
"""

from __future__ import annotations

import json
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from kubeskeptic.faults import Site, inflict
from kubeskeptic.faults.library import named
from kubeskeptic.guard import Guard
from kubeskeptic.journal import Journal, Record
from kubeskeptic.kube import Kube
from kubeskeptic.node_access import EngineAccess, PodAccess
from kubeskeptic.process import catch_signals
from kubeskeptic.undo.locate_cluster import locate_cluster


class Telling(Journal):
    """A journal that also says the phases aloud."""

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> Record:
        print(fields.get("phase", kind), flush=True)
        return super().write(kind, sync=sync, **fields)


def main(
    cluster: str, folder: Path, fault: str, settings: dict[str, Any], lasts: float, hold: float, transport: str
) -> None:
    catch_signals()
    found = locate_cluster(cluster)  # whatever state it is in: others may have a node of it down
    assert found
    kube = Kube(found.kubeconfig, found.context, folder)
    journal = Telling(folder / "journal.jsonl")
    journal.write("run", id=folder.name, context=found.context)
    into = (
        PodAccess(kube, found.agent_image, folder.name)
        if transport == PodAccess.transport
        else EngineAccess(found.engine)
    )
    with closing(into) as access:
        site = Site(found, kube, journal, Guard(found, kube), folder.name, 1, access=access)
        with inflict(named(fault)(**settings), site, scenario="victim", lasts=lasts):
            threading.Event().wait(hold)


if __name__ == "__main__":
    name, where, which, given, deadline, held, through = sys.argv[1:]
    main(name, Path(where), which, json.loads(given), float(deadline), float(held), through)
