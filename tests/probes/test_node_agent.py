from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.probes.recent_samples import LaneKey
from tests.probes.node_on_paper import SPECS, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_samples_are_fetched_once_in_as_many_batches_as_it_takes(scene: Scene) -> None:
    scene.cluster.saw(*range(8))
    assert scene.agent.pull()
    scene.cluster.saw(8, 9)
    assert scene.agent.pull()
    assert scene.ticks() == list(range(10))
    assert scene.agent.reachable


def test_the_agents_clock_is_brought_to_ours(scene: Scene) -> None:
    scene.cluster.behind = 60.0
    scene.cluster.saw(1, outcome=1)
    scene.agent.pull()
    record = scene.records("samples")[0]
    assert record["sent"][0] + record["offset"] == pytest.approx(1001.0)
    assert scene.recent_samples.last_failures("story", 0.0) == {("n1", "web"): pytest.approx(1001.0)}


def test_what_is_wanted_is_told_once_and_taken_back(scene: Scene) -> None:
    scene.agent.pull()
    scene.agent.pull()
    assert scene.cluster.probes == {"story": SPECS}
    assert scene.cluster.asked.count("PUT /probes") == 1
    del scene.wanted["story"]
    scene.agent.pull()
    assert scene.cluster.probes == {}


def test_out_of_reach_for_a_while_loses_nothing_and_is_no_gap(scene: Scene) -> None:
    scene.cluster.saw(0, 1)
    scene.agent.pull()
    scene.cluster.down = "api"
    assert not scene.agent.pull()
    assert "nobody answers" in scene.agent.trouble
    scene.cluster.saw(2, 3)
    scene.cluster.down = ""
    assert scene.agent.pull()
    scene.agent.close("story", asked=1000.0)
    assert scene.ticks() == [0, 1, 2, 3]
    assert scene.gaps() == []


def test_a_restart_is_a_gap_from_the_last_sample_to_the_first_and_it_is_told_again(scene: Scene) -> None:
    scene.agent.pull()
    scene.cluster.saw(0, 1, 2)
    scene.agent.pull()
    scene.cluster.restart()
    scene.agent.pull()
    assert scene.gaps() == []  # not closed yet
    assert scene.cluster.probes == {"story": SPECS}
    scene.cluster.saw(9, 10)
    scene.agent.pull()
    assert scene.gaps() == [(1002.0, 1009.0)]
    assert scene.records("gap")[0]["reason"] == "its agent was restarted"
    assert scene.ticks() == [0, 1, 2, 9, 10]


def test_a_node_that_came_back_has_the_same_pod_with_another_address(scene: Scene) -> None:
    scene.agent.pull()
    scene.cluster.saw(0)
    scene.agent.pull()
    scene.cluster.restart(address="10.244.1.9")
    scene.agent.pull()
    scene.cluster.saw(5)
    scene.agent.pull()
    assert "with its pod or node" in scene.records("gap")[0]["reason"]


def test_a_replaced_pod_is_found(scene: Scene) -> None:
    scene.agent.pull()
    scene.cluster.saw(0)
    scene.agent.pull()
    scene.cluster.restart(pod="agent-2", address="10.244.1.3")
    assert not scene.agent.pull()
    assert scene.agent.pull()
    scene.cluster.saw(7)
    scene.agent.pull()
    assert scene.gaps() == [(1000.0, 1007.0)]


def test_an_agent_that_is_gone_at_the_end_leaves_an_open_gap(scene: Scene) -> None:
    scene.cluster.saw(0, 1)
    scene.agent.pull()
    scene.cluster.down = "node"
    scene.agent.pull()
    scene.agent.close("story", asked=1000.0)
    assert scene.gaps() == [(1001.0, None)]
    assert scene.records("gap")[0]["scenario"] == "story"


def test_an_agent_that_came_back_and_asked_nothing_leaves_an_open_gap(scene: Scene) -> None:
    scene.agent.pull()
    scene.cluster.saw(0)
    scene.agent.pull()
    scene.cluster.restart()
    scene.agent.pull()
    scene.agent.close("story", asked=1000.0)
    assert scene.gaps() == [(1000.0, None)]


def test_nothing_was_asked_of_the_boot_before_so_nothing_is_lost(scene: Scene) -> None:
    scene.wanted.clear()
    scene.agent.pull()
    scene.cluster.restart()
    scene.agent.pull()
    scene.wanted["story"] = SPECS
    scene.agent.pull()
    scene.cluster.saw(3)
    scene.agent.pull()
    assert scene.gaps() == []


def test_another_pod_at_the_agents_address_is_not_believed(scene: Scene) -> None:
    scene.cluster.impostor = True
    assert not scene.agent.pull()
    assert "is not an agent" in scene.agent.trouble


def test_a_gap_that_the_agent_reports_is_written_once(scene: Scene) -> None:
    gap = {
        "id": 1,
        "probe": "web",
        "scenario": "story",
        "since": 1001.0,
        "until": 1003.0,
        "ticks": 2,
        "reason": "stalled",
    }
    scene.cluster.gaps = [gap]
    scene.cluster.saw(0, 3)
    scene.agent.pull()
    scene.agent.pull()
    assert scene.gaps() == [(1001.0, 1003.0)]
    assert scene.records("gap")[0]["probe"] == "web"
    assert scene.recent_samples.calm(LaneKey("story", "n1", "web"), now=1004.0, seconds=2.5)


def test_a_stall_is_no_gap_of_a_probe_but_a_record_of_its_own(scene: Scene) -> None:
    scene.cluster.behind = 60.0
    stall = {"id": 1, "probe": "", "scenario": "", "since": 941.0, "until": 944.0, "ticks": 0, "reason": "stalled"}
    gap = {
        "id": 2,
        "probe": "web",
        "scenario": "story",
        "since": 941.0,
        "until": 944.0,
        "ticks": 2,
        "reason": "stalled",
    }
    scene.cluster.gaps = [stall, gap]
    scene.cluster.saw(0, 4)
    scene.agent.pull()
    scene.agent.pull()
    written = [(one["node"], one["since"], one["until"]) for one in scene.records("stall")]
    assert written == [("n1", pytest.approx(1001.0), pytest.approx(1004.0))]
    assert [one["ticks"] for one in scene.records("gap")] == [2]


def test_a_node_that_joined_was_not_asked_until_its_first_sample(scene: Scene) -> None:
    scene.agent = scene.new_agent(joined=990.0)
    scene.agent.pull()
    assert scene.gaps() == []
    scene.cluster.saw(5, 6)
    scene.agent.pull()
    assert scene.gaps() == [(990.0, 1005.0)]
    assert scene.records("gap")[0]["reason"] == "its node joined the cluster, and was not asked before"
    assert (scene.records("gap")[0]["node"], scene.records("gap")[0]["probe"]) == ("n1", "")


def test_a_node_that_joined_and_was_never_asked_leaves_an_open_gap(scene: Scene) -> None:
    scene.agent = scene.new_agent(joined=990.0)
    scene.cluster.down = "node"
    scene.agent.pull()
    scene.agent.close("story", asked=900.0)
    assert scene.gaps() == [(990.0, None)]


def test_a_refused_probe_is_trouble_with_the_agents_words(scene: Scene) -> None:
    scene.cluster.refuses = True
    assert not scene.agent.pull()
    assert "nonsense" in scene.agent.trouble


def test_in_flight_is_what_was_asked_and_not_yet_answered(scene: Scene) -> None:
    scene.cluster.saw(0, 1)
    scene.cluster.questions = 5
    scene.agent.pull()
    assert scene.agent.in_flight == 3


def test_a_retired_agent_writes_nothing(scene: Scene) -> None:
    scene.agent.retire()
    scene.cluster.saw(0)
    scene.agent.pull()
    assert scene.ticks() == []
