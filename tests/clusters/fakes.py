"""Stand-ins for programs of the machine: small scripts that note how they were called."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from kubeskeptic.clusters.engine import Engine

WORD, CALL = "\037", "\036"
HEAD = """#!/bin/sh
note=; for word in "$@"; do note="$note$word{word_end}"; done
printf %s "$note{call_end}" >>{calls}
begins() {{ case "$words" in "$1"*) true ;; *) false ;; esac; }}
words="$* "
"""
ANSWER = """
if {fresh} && begins {start}; then
  {writes}
  printf %s {out}
  printf %s {err} >&2
  exit {status}
fi
"""


class FakeProgram:
    """A program in a folder. It answers by a call's first words and notes every call."""

    def __init__(self, folder: Path, name: str = "docker") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        self._calls = folder / f"{name}.calls"
        self._answers: list[str] = []
        self._write()

    def answer(
        self, *start: str, out: str = "", err: str = "", status: int = 0, once: bool = False, writes: str = ""
    ) -> None:
        """What to say to a call that begins like this; the last one told wins.

        :param once: answer so to the first such call only
        :param writes: an empty file that the call makes
        """
        used = shlex.quote(f"{self.path}.used.{len(self._answers)}")
        text = ANSWER.format(
            fresh=f"[ ! -e {used} ]" if once else "true",
            start=shlex.quote(" ".join([*start, ""])) if start else "''",
            writes="\n  ".join([f"touch {used}" if once else ":", f"touch {shlex.quote(writes)}" if writes else ":"]),
            out=shlex.quote(out),
            err=shlex.quote(err),
            status=status,
        )
        self._answers.insert(0, text)
        self._write()

    @property
    def calls(self) -> list[list[str]]:
        """Every call so far, as lists of words."""
        noted = self._calls.read_text() if self._calls.exists() else ""
        return [call.split(WORD)[:-1] for call in noted.split(CALL)[:-1]]

    def _write(self) -> None:
        self.path.write_text(
            HEAD.format(calls=shlex.quote(str(self._calls)), word_end=WORD, call_end=CALL) + "".join(self._answers)
        )
        self.path.chmod(0o755)

    @property
    def engine(self) -> Engine:
        """An engine whose client this is."""
        return Engine(client=str(self.path))


def listed(name: str, state: str = "running", **labels: str) -> str:
    """A line of ``docker ps --format '{{json .}}'``."""
    pairs = ",".join(f"{key}={value}" for key, value in labels.items())
    return json.dumps({"Names": name, "State": state, "Labels": pairs}) + "\n"
