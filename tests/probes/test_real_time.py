"""Real-time priority of an agent: asked for, granted or refused, and noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.probes.priority import Grant
from tests.probes.node_on_paper import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


class TestPriority:
    """Real-time priority: given once for each start, and what the agent says of it is written down."""

    def of(self, scene: Scene) -> list[tuple[bool, str, str]]:
        return [(one["realtime"], one["how"], one["why_not"]) for one in scene.records("priority")]

    def pull(self, scene: Scene) -> None:
        scene.agent.pull()
        scene.agent.prioritise()
        scene.agent.pull()

    def test_it_is_given_once(self, scene: Scene) -> None:
        self.pull(scene)
        self.pull(scene)
        assert scene.cluster.prioritised == [("n1", "uid of agent-1")]
        assert self.of(scene) == [(True, "this machine", "")]
        scene.cluster.saw(0)
        scene.agent.pull()
        assert scene.records("samples")[0]["realtime"]

    def test_it_is_given_again_after_a_restart(self, scene: Scene) -> None:
        self.pull(scene)
        scene.cluster.restart()
        self.pull(scene)
        assert self.of(scene) == [(True, "this machine", "")] * 2
        assert [one["boot"] for one in scene.records("priority")] == ["boot-1", "boot-2"]

    def test_why_it_is_not_given(self, scene: Scene) -> None:
        scene.cluster.grant = Grant(False, why_not="the node is not ours")
        self.pull(scene)
        assert self.of(scene) == [(False, "", "the node is not ours")]

    def test_it_is_not_believed_unless_the_agent_says_so(self, scene: Scene) -> None:
        scene.cluster.realtime = False
        scene.agent.pull()
        scene.agent.prioritise()
        scene.cluster.realtime = False
        scene.agent.pull()
        assert self.of(scene) == [(False, "this machine", "the agent reports that it does not have it")]

    def test_an_agent_that_gave_it_back_says_why(self, scene: Scene) -> None:
        self.pull(scene)
        scene.cluster.realtime, scene.cluster.why_not = False, "it used too much"
        self.pull(scene)
        assert self.of(scene)[1:] == [(False, "this machine", "it used too much")]
        assert len(scene.cluster.prioritised) == 1
