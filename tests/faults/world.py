"""A tiny world for faults to act on: a fault that breaks a dictionary, a site around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from kubeskeptic.durations import Patience
from kubeskeptic.errors import CommandFailed, Refused
from kubeskeptic.faults import Fault, Plan, Site, Target
from kubeskeptic.guard import Risk
from kubeskeptic.journal import Journal, read
from kubeskeptic.waiting import NotYet

SOON = Patience(0.01)


class Everything:
    """Permits everything, or nothing."""

    uid = "uid-1"

    def __init__(self, allowed: bool = True) -> None:
        self.allowed = allowed
        self.asked: list[str] = []

    def permit(self, risk: Risk, what: str) -> None:
        self.asked.append(what)
        if not self.allowed:
            raise Refused("not yours")

    def same_if_it_answers(self) -> None:
        return


WORLD: dict[str, str] = {}


@dataclass(frozen=True)
class Break(Fault):
    """Breaks one thing of the world."""

    thing: str
    bites: bool = True
    applies: bool = True
    undoable: bool = True

    name: ClassVar[str] = "break"
    risk: ClassVar[Risk] = Risk.NAMESPACE

    def plan(self, site: Site) -> Plan:
        record = {"thing": self.thing, "undoable": self.undoable}
        return Plan(
            (Target("thing", self.thing),), f"break {self.thing}", f"mend {self.thing}", record, bites=SOON, heals=SOON
        )

    def apply(self, site: Site, plan: Plan) -> None:
        if not self.applies:
            raise CommandFailed("break", 1, "too hard")
        WORLD[self.thing] = "broken"

    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        return f"{self.thing} is broken" if self.bites else NotYet("still whole")

    @classmethod
    def undo(cls, site: Site, record: Mapping[str, Any]) -> None:
        if record["undoable"]:
            WORLD[record["thing"]] = "whole"

    @classmethod
    def heal(cls, site: Site, record: Mapping[str, Any]) -> str | NotYet:
        return "whole again" if WORLD.get(record["thing"]) == "whole" else NotYet("broken")


class Switch:
    """Remembers whether it is armed."""

    def __init__(self) -> None:
        self.armed = False

    def __call__(self, *_: Any) -> Any:
        self.armed = True
        return self

    def disarm(self) -> None:
        self.armed = False


@contextmanager
def a_site(folder: Path, guard: Any = None) -> Iterator[Site]:
    journal = Journal(folder / "journal.jsonl")
    nothing: Any = None
    cluster: Any = SimpleNamespace(engine=nothing)
    yield Site(cluster, nothing, journal, guard or Everything(), "r1", 7)
    journal.close()


class FullDisk:
    """Writes to a journal until a phase begins; from then on there is no room."""

    def __init__(self, journal: Journal, phase: str) -> None:
        self.journal, self.path, self.phase, self.full = journal, journal.path, phase, False

    def write(self, kind: str, *, sync: bool = False, **fields: Any) -> dict[str, Any]:
        self.full = self.full or fields.get("phase") == self.phase
        if self.full:
            raise OSError(28, "No space left on device")
        return self.journal.write(kind, sync=sync, **fields)


def phases(folder: Path, fault: str = "") -> list[str]:
    return [r["phase"] for r in read(folder / "journal.jsonl") if r["kind"] == "fault" and fault in r["id"]]
