"""The instrument's proof: before anything is judged, every node's agent has to measure an outage of known length.

::

    known      ──────────┐ start         end ┌──────────     the agent refuses on loopback, from start to end by its clock
    asked      │    │    │    │    │    │    │    │    │     an ordinary probe, once a tick
    measured             └───●───────────────────●           first failure sent … next success sent

Both ends are late by less than a tick, so the measured length is within one tick of the known one. The samples take the way
of all samples: schedule, question, outcome, buffer, pull, journal.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from kubeskeptic.durations import INSTRUMENT_OUTAGE, INSTRUMENT_QUIET, PULL_ANSWER, Patience
from kubeskeptic.errors import Inconclusive, PatienceExhausted, SkepticError
from kubeskeptic.journal import Journal, Record, read
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.node_agent import NodeAgent
from kubeskeptic.probes.specs import Probe, http_new
from kubeskeptic.waiting import NotYet, until

SCENARIO = "instrument"
ECHO = http_new("echo", "127.0.0.1", 8081, rate=50)
"""Asks the agent's own responder, on the node it runs on."""


@dataclass(frozen=True)
class Proof:
    """What one node's agent measured of an outage of known length. All in seconds; ``measured`` is None for nothing."""

    node: str
    injected: float
    measured: float | None
    tick: float

    @property
    def proven(self) -> bool:
        """Whether it is right within one tick."""
        return self.measured is not None and abs(self.measured - self.injected) <= self.tick

    def __str__(self) -> str:
        if self.measured is None:
            return f"{self.node} did not see an outage of {self.injected:.3f} s"
        return f"{self.node} measured {self.measured:.3f} s of an outage of {self.injected:.3f} s"


def prove(agents: Agents, journal: Journal) -> list[Proof]:
    """Inject an outage on every node at the same time, measure it, and write down how well that went.

    :raises Inconclusive: when any node's agent measures it wrong by more than one tick: nothing that it says can be used
    """
    agents.ask(SCENARIO, [ECHO], recorded=False)
    try:
        _quiet(agents)
        known = _black_out(agents)
        _quiet(agents)
    finally:
        agents.stop(SCENARIO)
    seen = samples(read(journal.path), SCENARIO, ECHO.name)
    proofs = [judge(node, start, end, seen.get(node, []), ECHO) for node, (start, end) in sorted(known.items())]
    for proof in proofs:
        journal.write(
            "instrument", node=proof.node, injected=proof.injected, measured=proof.measured, tick=proof.tick,
            proven=proof.proven,
        )  # fmt: skip
    wrong = [str(proof) for proof in proofs if not proof.proven]
    if wrong:
        raise Inconclusive(f"the instrument is not right within one tick of {ECHO.period:g} s: {'; '.join(wrong)}")
    return proofs


def judge(node: str, start: float, end: float, seen: Iterable[tuple[float, bool]], probe: Probe) -> Proof:
    """Compare a known outage with what was seen of it.

    :param start: Unix time, on any clock, at which it began
    :param end: and ended, on the same clock
    :param seen: when each question was sent, on whatever clock, and whether it failed
    """
    return Proof(node, round(end - start, 6), measured(seen), probe.period)


def measured(seen: Iterable[tuple[float, bool]]) -> float | None:
    """The length of the one outage among samples: from the first failed question to the next good one, by when they were
    sent. None when nothing failed, or when it did not end. A second outage makes it longer than it was, and so wrong.
    """
    ordered = sorted(seen)
    failed = [sent for sent, bad in ordered if bad]
    if not failed:
        return None
    after = next((sent for sent, bad in ordered if sent > failed[-1]), None)
    return None if after is None else round(after - failed[0], 6)


def samples(records: Iterable[Record], scenario: str, probe: str) -> dict[str, list[tuple[float, bool]]]:
    """When each question of a probe was sent, and whether it failed, by node, from a journal."""
    found: dict[str, list[tuple[float, bool]]] = {}
    for record in records:
        if record["kind"] != "samples":
            continue
        wanted = {at for at, one in enumerate(record["probes"]) if (one["scenario"], one["name"]) == (scenario, probe)}
        columns = zip(record["probe"], record["sent"], record["outcome"], strict=True)
        mine = [(sent + record["offset"], outcome != 0) for at, sent, outcome in columns if at in wanted]
        found.setdefault(record["node"], []).extend(mine)
    return found


def _quiet(agents: Agents) -> None:
    """Wait until the probe is answered well everywhere."""
    nodes = tuple(agents.nodes)

    def calm() -> bool | NotYet:
        troubled = agents.unsettled(SCENARIO, nodes, INSTRUMENT_QUIET)
        return NotYet(f"no calm yet for {', '.join(troubled)}") if troubled else True

    try:
        until(calm, Patience(INSTRUMENT_QUIET + 30), what="the agents to answer themselves")
    except PatienceExhausted as never:
        raise Inconclusive(str(never)) from never


def _black_out(agents: Agents) -> dict[str, tuple[float, float]]:
    """Make the outage on every node at the same time: its start and end by each agent's own clock."""
    known: dict[str, tuple[float, float]] = {}
    failed: list[str] = []

    def one(agent: NodeAgent) -> None:
        try:
            body = {"probe": ECHO.name, "seconds": INSTRUMENT_OUTAGE}
            answer = agent.call("POST", "/blackout", body, INSTRUMENT_OUTAGE + PULL_ANSWER)
            known[agent.node] = (answer["start"], answer["start"] + answer["seconds"])
        except SkepticError as error:
            failed.append(f"{agent.node}: {error}")

    threads = [threading.Thread(target=one, args=(agent,), daemon=True) for agent in agents.nodes.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise Inconclusive(f"no outage could be injected to prove the instrument: {'; '.join(failed)}")
    return known
