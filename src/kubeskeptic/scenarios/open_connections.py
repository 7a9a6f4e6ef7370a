"""Connections that a pod keeps open during a change to the network, and sends requests on repeatedly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from kubeskeptic.durations import Patience
from kubeskeptic.scenarios.in_pods import content, write
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.scenarios.truth_table import Door

GOES_ON, CUT = "goes on", "cut"
"""The state of a connection: it answers, or it ended with an error or without an answer and is not opened again."""
ASKED = Patience(20)
"""Time for one request on every connection, even if every earlier request waits until its timeout."""

_PHASE, _SEEN = "/tmp/open-connections/phase", "/tmp/open-connections/seen"  # noqa: S108  # in a pod of ours
_HOLD = """
import http.client, json, pathlib, sys, time
phase, seen, end = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), time.monotonic() + 120
kept, table = {}, {}
for name, host, port in json.loads(sys.argv[3]):
    kept[name] = http.client.HTTPConnection(host, port, timeout=3)
    kept[name].connect()
    kept[name].auto_open = 0
while (now := phase.read_text()) != "end" and time.monotonic() < end:
    for name, connection in kept.items():
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            said = "goes on"
        except (OSError, http.client.HTTPException):
            connection.close()
            said = "cut"
        table.setdefault(now, {})[name] = said
    new = seen.with_suffix(".new")
    new.write_text(json.dumps(table))
    new.replace(seen)
    time.sleep(0.2)
"""


@dataclass(frozen=True)
class OpenConnections:
    """Open connections of the pod of an app."""

    stage: Stage
    app: str
    doors: Sequence[Door]

    def during(self, phase: str) -> Mapping[str, str]:
        """Return, by door, the state of its connection, from at least one request made since this call.

        :param phase: the name of this phase, different at every call
        """
        write(self.stage, self.app, _PHASE, phase)
        seen: dict[str, str] = {}

        def asked() -> bool:
            """Return whether a request has been made on every connection."""
            found = content(self.stage, self.app, _SEEN)
            seen.update(json.loads(found).get(phase, {}) if found.startswith("{") else {})
            return len(seen) == len(self.doors)

        self.stage.wait(asked, ASKED, f"open connections to be asked on ({phase})")
        return seen


@contextmanager
def kept_open(stage: Stage, app: str, doors: Sequence[Door]) -> Iterator[OpenConnections]:
    """Keep a connection open from the one pod of an app to each door, for the duration of the block.

    :raises CommandFailed: when a connection cannot be opened
    """
    (pod,) = stage.pods(app)
    targets = json.dumps([[one.name, one.address, one.port] for one in doors])
    program = ("python3", "-S", "-E", "-c", _HOLD, _PHASE, _SEEN, targets)
    write(stage, app, _PHASE, "opened")
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(stage.run_in, pod["metadata"]["name"], *program)
        try:
            yield OpenConnections(stage, app, doors)
        finally:
            write(stage, app, _PHASE, "end")
            held.result()
