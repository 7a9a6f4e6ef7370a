"""Stand-ins for programs of the machine: small scripts that note how they were called."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kubeskeptic.clusters.engine import Engine

SCRIPT = """#!{python} -IS
import json, sys
answers = json.loads(open({answers!r}).read())
words = sys.argv[1:]
with open({calls!r}, "a") as calls:
    calls.write(json.dumps(words) + "\\n")
for place, (start, answer) in enumerate(answers):
    if words[:len(start)] == start:
        if answer.get("once"):
            del answers[place]
            open({answers!r}, "w").write(json.dumps(answers))
        if answer.get("writes"):
            open(answer["writes"], "w").close()
        sys.stdout.write(answer.get("out", ""))
        sys.stderr.write(answer.get("err", ""))
        sys.exit(answer.get("status", 0))
"""


class FakeProgram:
    """A program in a folder. It answers by a call's first words and notes every call."""

    def __init__(self, folder: Path, name: str = "docker") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        self._calls, self._answers = folder / f"{name}.calls", folder / f"{name}.answers"
        self._known: list[tuple[list[str], dict[str, object]]] = []
        self._write()
        self.path.write_text(SCRIPT.format(python=sys.executable, answers=str(self._answers), calls=str(self._calls)))
        self.path.chmod(0o755)

    def answer(
        self, *start: str, out: str = "", err: str = "", status: int = 0, once: bool = False, writes: str = ""
    ) -> None:
        """What to say to a call that begins like this; the last one told wins."""
        self._known.insert(0, (list(start), {"out": out, "err": err, "status": status, "once": once, "writes": writes}))
        self._write()

    @property
    def calls(self) -> list[list[str]]:
        """Every call so far, as lists of words."""
        return [json.loads(line) for line in self._calls.read_text().splitlines()] if self._calls.exists() else []

    def _write(self) -> None:
        self._answers.write_text(json.dumps(self._known))

    @property
    def engine(self) -> Engine:
        """An engine whose client this is."""
        return Engine(client=str(self.path))


def listed(name: str, state: str = "running", **labels: str) -> str:
    """A line of ``docker ps --format '{{json .}}'``."""
    pairs = ",".join(f"{key}={value}" for key, value in labels.items())
    return json.dumps({"Names": name, "State": state, "Labels": pairs}) + "\n"
