"""A truth table of NetworkPolicies: which client reaches which port, cell by cell, and since when.

All cells are asked at the same time, repeatedly, until all are as wanted and the margin, in which they may still change back,
has passed. A cell that is never as wanted stays as it was last seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kubeskeptic import objects
from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.durations import MARGIN, Patience
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.runs.own_objects import namespace
from kubeskeptic.scenarios.asking import ask_soon
from kubeskeptic.scenarios.manifests import Manifest, placed
from kubeskeptic.scenarios.readiness import wait_until_ready
from kubeskeptic.scenarios.stage import Stage

BLOCKED = (str(Outcome.REFUSED), str(Outcome.TIMEOUT), str(Outcome.UNREACHABLE))
"""Outcomes of a request that a policy blocks: networks drop its packets, or refuse them."""
IN_FORCE = Patience(15)
"""Time for a policy to take effect, where policies are enforced at all."""
Window = tuple[float, float | None]
"""Seconds from a change to the last look that saw the old state, and to the first that saw the new one; None if none did."""


def is_as_wanted(outcome: str, passes: bool) -> bool:
    """Return whether a request ended as a policy wants.

    A request whose outcome is unknown, or that another pod answered, neither passed nor was blocked.

    :param passes: whether the client is to be let through
    """
    return outcome == Outcome.OK if passes else outcome in BLOCKED


@dataclass(frozen=True)
class Client:
    """A pod that sends requests.

    :param namespace: the scenario's own when empty
    """

    name: str
    pod: str
    namespace: str = ""


@dataclass(frozen=True)
class Door:
    """A port of a pod.

    :param name: its name in the table
    :param identity: ``namespace/name/uid`` of the pod: an answer of any other one is wrong
    """

    name: str
    identity: str
    address: str
    port: int

    @classmethod
    def of(cls, name: str, pod: Mapping[str, Any], port: int) -> Door:
        """Return the door for a port of a Pod object."""
        meta = pod["metadata"]
        return cls(name, str(AnsweringPod(meta["namespace"], meta["name"], meta["uid"])), objects.ip_of(pod), port)


@dataclass
class Cell:
    """The outcome of one client's request at one door."""

    outcome: str = ""
    low: float = 0.0
    high: float | None = None

    @property
    def window(self) -> Window:
        """When it became as wanted, in seconds since the change."""
        return round(self.low, 3), None if self.high is None else round(self.high, 3)


@dataclass(frozen=True)
class TruthTable:
    """Clients, and the doors that each of them tries."""

    stage: Stage
    clients: Sequence[Client]
    doors: Sequence[Door]

    def step(self, name: str, since: float, passes: Mapping[str, bool]) -> dict[str, Cell]:
        """Wait until every cell is as wanted in a look that began after the margin, and return how each was last seen.

        :param since: when the policies were changed, in Unix seconds
        :param passes: by cell (:func:`cell`), whether its client is to be let through
        """
        seen = {one: Cell() for one in passes}

        def look() -> bool:
            """Ask all cells once, and return whether all are as wanted after the margin has passed."""
            bound_has_passed = time.time() - since > MARGIN
            for one, (sent, ended, outcome) in self._asked().items():
                _note(seen[one], is_as_wanted(outcome, passes[one]), sent - since, ended - since)
                seen[one].outcome = outcome
            return bound_has_passed and all(one.high is not None for one in seen.values())

        self.stage.wait(look, IN_FORCE, f"“{name}” to be in force")
        return seen

    def _asked(self) -> dict[str, tuple[float, float, str]]:
        """Return, for every cell, when its request was sent and decided, and the outcome."""
        pairs = [(client, door) for client in self.clients for door in self.doors]
        with ThreadPoolExecutor(len(pairs)) as pool:
            answers = pool.map(lambda pair: self._ask(*pair), pairs)
            return {cell(client.name, door.name): answer for (client, door), answer in zip(pairs, answers, strict=True)}

    def _ask(self, client: Client, door: Door) -> tuple[float, float, str]:
        question = {"kind": "http-new", "host": door.address, "port": door.port, "expect": [door.identity]}
        sent = time.time()
        answer = ask_soon(self.stage.run.kube, client.namespace or self.stage.namespace, client.pod, question)
        passed = answer["outcome"] == Outcome.OK
        # A blocked request was blocked when it was sent, however long it then waited in vain.
        return sent, time.time() - (0.0 if passed else answer["took"]), str(answer["outcome"])


def cell(client: str, door: str) -> str:
    """Return the name of the cell of a client and a door."""
    return f"{client} → {door}"


def together(cells: Iterable[Cell]) -> Window:
    """Return when the last of these cells became as wanted."""
    windows = [one.window for one in cells]
    highs = [high for _, high in windows]
    return max(low for low, _ in windows), None if None in highs else max(high or 0.0 for high in highs)


def replace(stage: Stage, old: Sequence[Manifest], new: Sequence[Manifest]) -> float:
    """Replace policies with others, and return the earliest time at which these may be in force: the moment before."""
    before = time.time()
    for one in new:
        stage.run.kube.apply(placed(one, one["metadata"]["namespace"], stage.run.id))
    for one in old:
        delete_and_wait(stage.run.kube, "NetworkPolicy", one["metadata"]["name"], one["metadata"]["namespace"])
    return before


@contextmanager
def elsewhere(stage: Stage, app: str, name: str) -> Iterator[Client]:
    """Run a copy of an app's pod in its own namespace."""
    other = f"{stage.namespace}-b"
    (pod,) = stage.pods(app)
    spec = {key: value for key, value in pod["spec"].items() if key in ("terminationGracePeriodSeconds", "containers")}
    for container in spec["containers"]:
        container.pop("volumeMounts", None)
    copy = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    with namespace(stage.run, other):
        stage.run.kube.apply(placed(copy, other, stage.run.id))
        wait_until_ready(stage.run.kube, other, 1)
        yield Client(name, name, other)


def _note(seen: Cell, as_wanted: bool, sent: float, ended: float) -> None:
    if not as_wanted:
        seen.low, seen.high = max(sent, 0.0), None
    elif seen.high is None:
        seen.high = ended
