"""The proof of the instrument: before anything is judged, every node's agent must measure an outage of known length.

::

    known      ──────────┐ start         end ┌──────────     the agent refuses on loopback, from start to end by its clock
    asked      │    │    │    │    │    │    │    │    │     an ordinary probe, once a tick
    measured             └───●───────────────────●           first failure sent … next success sent

Both ends are late by less than a tick, so the measured length is within one tick of the known one. The samples take the same
path as all others: schedule, question, outcome, buffer, pull, journal.

On an overloaded machine questions are late or skipped, and a tick is longer than it should be. An outage with an edge in such
a hole proves nothing either way. It is injected again on that node, a few times; the record states how often. A wrong
measurement whose questions were on time stays wrong: another node's retry does not give it a second chance.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from kubeskeptic.durations import INSTRUMENT_OUTAGE, INSTRUMENT_QUIET, ON_TIME, PULL_ANSWER, Patience
from kubeskeptic.errors import Inconclusive, PatienceExhausted, SkepticError
from kubeskeptic.journal import Journal, Record, read
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.node_agent import NodeAgent
from kubeskeptic.probes.specs import Probe, http_new
from kubeskeptic.waiting import NotYet, until

SCENARIO = "instrument"
ECHO = http_new("echo", "127.0.0.1", 8081, rate=50)
"""Asks the agent's own responder, on the node it runs on."""
ATTEMPTS = 6
"""How often, at most, an outage is injected on a node that is too busy to ask on time."""

Seen = tuple[float, bool]
"""When a question was sent, and whether it failed."""


@dataclass(frozen=True)
class InstrumentProof:
    """What one node's agent measured of an outage of known length. All in seconds.

    :param measured: None if it saw no outage, or not its end
    :param edges: the longest time between two questions at the edges of the outage, which is the actual tick; if no outage
        was seen, the longest time between any two questions, into which it may have fallen
    :param attempts: how often an outage was injected
    """

    node: str
    injected: float
    measured: float | None
    tick: float
    edges: float
    attempts: int = 1

    @property
    def proven(self) -> bool:
        """Whether the measurement is right within one tick."""
        return self.measured is not None and abs(self.measured - self.injected) <= self.tick

    @property
    def in_time(self) -> bool:
        """Whether the questions were on time, so that the measurement is meaningful: at the edges of the outage or, if none was
        seen, often enough that it could not be missed."""
        return self.edges < self.injected if self.measured is None else self.edges <= self.tick + ON_TIME

    @property
    def final(self) -> bool:
        """Whether the result stands: it is right, or wrong although the questions were on time."""
        return self.proven or self.in_time

    def __str__(self) -> str:
        busy = "" if self.in_time else f", asking only every {self.edges:.3f} s"
        if self.measured is None:
            return (
                f"{self.node} saw no outage, or no end of it, although one of {self.injected:.3f} s was injected{busy}"
            )
        return f"{self.node} measured {self.measured:.3f} s for an injected outage of {self.injected:.3f} s{busy}"


def prove(agents: Agents, journal: Journal) -> list[InstrumentProof]:
    """Inject an outage on every node at the same time, measure it, and record the results.

    :raises Inconclusive: when any node's agent is wrong by more than one tick, so that its samples cannot be used
    """
    proofs: dict[str, InstrumentProof] = {}
    for attempt in range(1, ATTEMPTS + 1):
        open_ = [node for node in agents.nodes if node not in proofs or not proofs[node].final]
        if not open_:
            break
        for proof in _attempt(agents, journal, open_):
            proofs[proof.node] = replace(proof, attempts=attempt)
    found = [proofs[node] for node in sorted(proofs)]
    for proof in found:
        journal.write(
            "instrument", node=proof.node, injected=proof.injected, measured=proof.measured, tick=proof.tick,
            proven=proof.proven, edges=proof.edges, attempts=proof.attempts,
        )  # fmt: skip
    wrong = [str(proof) for proof in found if not proof.proven]
    if wrong:
        raise Inconclusive(f"the instrument is not accurate to one tick of {ECHO.period:g} s: {'; '.join(wrong)}")
    return found


def judge(node: str, start: float, end: float, seen: Iterable[Seen], probe: Probe) -> InstrumentProof:
    """Compare a known outage with the samples around it. Pure.

    :param start: when it began: Unix time, on any clock
    :param end: when it ended, on the same clock
    :param seen: the questions around it, on any clock
    """
    length, edges = measured(seen)
    return InstrumentProof(node, round(end - start, 6), length, probe.period, edges)


def measured(seen: Iterable[Seen]) -> tuple[float | None, float]:
    """Return the length of the one outage among samples, and the longest time between two questions at its edges. Pure.

    The length is the time from sending the first failed question to sending the first good one after the last failed one. It
    is None if the samples lack an end of the outage, or if nothing failed; in the latter case the time is the longest between
    any two questions. A second outage makes the length longer, and so wrong.
    """
    ordered = sorted(seen)
    failed = [at for at, (_, bad) in enumerate(ordered) if bad]
    if not failed:
        return None, round(max((later - one for (one, _), (later, _) in pairwise(ordered)), default=0.0), 6)
    if failed[0] == 0 or failed[-1] + 1 == len(ordered):
        return None, 0.0
    before, first, last, after = (ordered[at][0] for at in (failed[0] - 1, failed[0], failed[-1], failed[-1] + 1))
    return round(after - first, 6), round(max(first - before, after - last), 6)


def _attempt(agents: Agents, journal: Journal, nodes: list[str]) -> list[InstrumentProof]:
    began = time.time()
    agents.ask(SCENARIO, [ECHO], recorded=False)
    try:
        _quiet(agents, nodes)
        known = _black_out([agents.nodes[node] for node in nodes])
        _quiet(agents, nodes, since=time.time())
    finally:
        agents.stop(SCENARIO)
    fresh = (record for record in read(journal.path) if record["at"] >= began)
    seen = samples(fresh, SCENARIO, ECHO.name)
    return [judge(node, start, end, seen.get(node, []), ECHO) for node, (start, end) in sorted(known.items())]


def samples(records: Iterable[Record], scenario: str, probe: str) -> dict[str, list[Seen]]:
    """Return when each question of a probe was sent, and whether it failed, by node, from a journal."""
    found: dict[str, list[Seen]] = {}
    for record in records:
        if record["kind"] != "samples":
            continue
        wanted = {at for at, one in enumerate(record["probes"]) if (one["scenario"], one["name"]) == (scenario, probe)}
        columns = zip(record["probe"], record["sent"], record["outcome"], strict=True)
        mine = [(sent + record["offset"], outcome != 0) for at, sent, outcome in columns if at in wanted]
        found.setdefault(record["node"], []).extend(mine)
    return found


def _quiet(agents: Agents, nodes: list[str], since: float = 0.0) -> None:
    """Wait until the probe has succeeded on all nodes for a while that began after ``since``."""

    def calm() -> bool | NotYet:
        """Return whether no node has had a failure for long enough."""
        troubled = agents.unsettled(SCENARIO, nodes, INSTRUMENT_QUIET, since)
        return NotYet(f"not settled: {', '.join(troubled)}") if troubled else True

    try:
        until(calm, Patience(INSTRUMENT_QUIET + 30), what="the agents' own probes to be answered")
    except PatienceExhausted as never:
        raise Inconclusive(str(never)) from never


def _black_out(agents: list[NodeAgent]) -> dict[str, tuple[float, float]]:
    """Cause the outage on all nodes at the same time, and return its start and end by each agent's own clock."""
    known: dict[str, tuple[float, float]] = {}
    failed: list[str] = []

    def one(agent: NodeAgent) -> None:
        """Black out the probe on one node, and note the start and the end."""
        try:
            body = {"probe": ECHO.name, "seconds": INSTRUMENT_OUTAGE}
            answer = agent.call("POST", "/blackout", body, INSTRUMENT_OUTAGE + PULL_ANSWER)
            known[agent.node] = (answer["start"], answer["start"] + answer["seconds"])
        except SkepticError as error:
            failed.append(f"{agent.node}: {error}")

    threads = [threading.Thread(target=one, args=(agent,), daemon=True) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise Inconclusive(f"cannot inject the outage that proves the instrument: {'; '.join(failed)}")
    return known
