"""The harness's side against real agents: processes on this machine instead of pods, real sockets in between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from kubeskeptic.durations import Patience
from kubeskeptic.errors import BadInput, Forbidden
from kubeskeptic.journal import Journal, read
from kubeskeptic.kube import Kube
from kubeskeptic.probes import agents as module
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.specs import Probe, http_new
from kubeskeptic.waiting import NotYet, until
from tests.probes.pods_as_processes import Pods


@pytest.fixture
def pods() -> Iterator[Pods]:
    pods = Pods()
    yield pods
    for node in list(pods.processes):
        pods.kill(node)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


@pytest.fixture
def agents(pods: Pods, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agents]:
    monkeypatch.setattr(module, "PULL_PERIOD", 0.02)
    monkeypatch.setattr(module, "NODES_LOOK", 0.02)
    with Agents(cast(Kube, pods), journal, "image", "ns", "run") as agents:
        yield agents
    assert pods.deleted
    assert pods.applied == ["Namespace", "DaemonSet"]


def probe_of(pods: Pods, name: str = "self") -> Probe:
    """Asks the agent of node n1 who it is."""
    return http_new(name, "127.0.0.1", pods.ports["agent-n1"], path="/who", rate=100)


def settle(agents: Agents) -> None:
    def settled() -> bool | NotYet:
        return agents.settled("story", ["n1", "n2"], 0.2) or NotYet(str(agents.unsettled("story", ["n1", "n2"], 0.2)))

    until(settled, Patience(5), what="calm", period=0.02)


def samples(journal: Journal, node: str) -> list[dict[str, Any]]:
    return [dict(one) for one in read(journal.path) if one["kind"] == "samples" and one["node"] == node]


def test_from_ask_to_stop_no_question_is_lost(agents: Agents, pods: Pods, journal: Journal) -> None:
    agents.ask("story", [probe_of(pods)])
    settle(agents)
    assert agents.failing("story", 0.0) == {}
    assert set(agents.heartbeat) == {"n1", "n2"}
    agents.stop("story")
    agents.stop("story")  # harmless
    for node in ("n1", "n2"):
        ticks = sorted(tick for record in samples(journal, node) for tick in record["tick"])
        missed = [one for one in read(journal.path) if one["kind"] == "gap" and one["node"] == node]
        assert len(set(ticks)) == len(ticks)
        assert ticks[-1] + 1 - len(ticks) == 0 or missed
        assert agents.nodes[node].in_flight == 0


def test_what_is_not_calm_is_told_with_why_its_agent_cannot_be_asked(agents: Agents, pods: Pods) -> None:
    agents.ask("story", [probe_of(pods)])
    settle(agents)
    forbidden = 'User "u" cannot get resource "pods/proxy"'
    pods.refused = Forbidden(forbidden, 403)

    # The agents are refused one after the other, so what is awaited names both lanes, and the first one's reason.
    wanted = ["self on n1", "self on n2", f"as the agent on n1 is out of reach: {forbidden}"]

    def told() -> bool | NotYet:
        found = agents.unsettled("story", ["n1", "n2"], 0.2)
        return found == wanted or NotYet(str(found))

    until(told, Patience(5), what="the reason", period=0.02)
    pods.refused = None
    settle(agents)


def test_an_act_may_wait_for_the_lanes_of_one_probe_only(agents: Agents, pods: Pods) -> None:
    agents.ask("story", [probe_of(pods), http_new("nobody", "127.0.0.1", 1, rate=100)])

    def settled() -> bool | NotYet:
        found = agents.unsettled("story", ["n1", "n2"], 0.2, probe="self")
        return not found or NotYet(str(found))

    until(settled, Patience(5), what="calm", period=0.02)
    assert agents.unsettled("story", ["n1", "n2"], 0.2) == ["nobody on n1", "nobody on n2"]


def test_an_agent_that_dies_is_a_gap_and_is_told_again(agents: Agents, pods: Pods, journal: Journal) -> None:
    agents.ask("story", [probe_of(pods)])
    settle(agents)
    pods.kill("n2")
    until(lambda: not agents.nodes["n2"].reachable or NotYet("up"), Patience(5), what="n2 to be missed", period=0.02)
    pods.start("n2")
    pods.await_start("n2")
    until(lambda: agents.nodes["n2"].reachable or NotYet("down"), Patience(5), what="n2 to be back", period=0.02)
    settle(agents)
    agents.stop("story")
    gaps = [one for one in read(journal.path) if one["kind"] == "gap" and one["node"] == "n2" and not one["probe"]]
    assert [gap["reason"] for gap in gaps] == ["its agent was restarted"]
    assert gaps[0]["since"] < gaps[0]["until"]


def test_a_node_that_joins_is_asked_and_that_it_was_not_before_is_a_gap(
    agents: Agents, pods: Pods, journal: Journal
) -> None:
    agents.ask("story", [probe_of(pods)])
    settle(agents)
    joins = time.time()
    pods.nodes.append("n3")
    until(lambda: "n3" in agents.nodes or NotYet("no"), Patience(5), what="n3 to be known", period=0.02)
    assert not agents.settled("story", ["n3"], 0.2), "its agent is not there yet"
    pods.start("n3")
    pods.await_start("n3")
    until(lambda: agents.settled("story", ["n3"], 0.2) or NotYet("no"), Patience(5), what="n3 to be asked", period=0.02)
    agents.stop("story")
    change = [one for one in read(journal.path) if one["kind"] == "nodes"]
    assert [(one["joined"], one["left"], one["nodes"]) for one in change] == [(["n3"], [], ["n1", "n2", "n3"])]
    gaps = [one for one in read(journal.path) if one["kind"] == "gap" and one["node"] == "n3" and not one["probe"]]
    first = min(record["sent"][0] + record["offset"] for record in samples(journal, "n3"))
    assert len(gaps) == 1
    assert gaps[0]["since"] <= joins + 0.1
    assert gaps[0]["until"] == pytest.approx(first, abs=0.05)
    asked = [one["nodes"] for one in read(journal.path) if one["kind"] == "probe"]
    assert asked == [["n1", "n2"], ["n1", "n2", "n3"]]


def test_a_node_that_joins_and_never_gets_an_agent_is_an_open_gap(agents: Agents, pods: Pods, journal: Journal) -> None:
    agents.ask("story", [probe_of(pods)])
    pods.nodes.append("n3")
    until(lambda: "n3" in agents.nodes or NotYet("no"), Patience(5), what="n3 to be known", period=0.02)
    settle(agents)
    agents.stop("story")
    gaps = [one for one in read(journal.path) if one["kind"] == "gap" and one["node"] == "n3"]
    assert [(gap["scenario"], gap["probe"], gap["until"]) for gap in gaps] == [("story", "", None)]


def test_a_node_that_leaves_is_written_down(agents: Agents, pods: Pods, journal: Journal) -> None:
    pods.nodes.remove("n2")

    def seen() -> bool | NotYet:
        found = [one for one in read(journal.path) if one["kind"] == "nodes" and one["left"] == ["n2"]]
        return bool(found) or NotYet("no")

    until(seen, Patience(5), what="n2 to be missed", period=0.02)


def test_the_agents_words_about_a_probe_that_it_refuses(agents: Agents, pods: Pods) -> None:
    many = [http_new(f"p{number}", "127.0.0.1", 9, rate=200) for number in range(6)]
    with pytest.raises(BadInput, match="questions a second"):
        agents.ask("story", many)
    agents.stop("story")
    with pytest.raises(BadInput, match="same name"):
        agents.ask("story", [probe_of(pods), probe_of(pods)])
