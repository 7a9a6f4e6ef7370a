from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.clusters.engine import Container, Engine
from kubeskeptic.errors import CommandFailed
from tests.clusters.fakes import FakeProgram, listed


@pytest.fixture
def docker(tmp_path: Path) -> FakeProgram:
    return FakeProgram(tmp_path)


def test_commands_in_nodes(docker: FakeProgram) -> None:
    docker.answer("exec", out="v1\n")
    assert docker.engine.exec("n1", ["cat", "/kind/version"]) == "v1\n"
    docker.engine.exec("n1", ["tee", "/x"], stdin="words")
    assert docker.calls == [["exec", "n1", "cat", "/kind/version"], ["exec", "-i", "n1", "tee", "/x"]]


def test_a_failure_carries_the_clients_words(docker: FakeProgram) -> None:
    docker.answer("kill", err="container n1 is not running\n", status=1)
    with pytest.raises(CommandFailed, match="n1 is not running"):
        docker.engine.kill("n1")


def test_freezing_is_tried_again_when_the_node_is_busy(docker: FakeProgram) -> None:
    docker.answer("pause", err="cannot pause: unable to freeze", status=1, once=True)
    docker.engine.pause("n1")
    assert docker.calls == [["pause", "n1"], ["pause", "n1"]]


def test_freezing_what_is_frozen_is_fine_and_what_is_dead_is_not(docker: FakeProgram) -> None:
    docker.answer("pause", err="container n1 is already paused", status=1)
    docker.engine.pause("n1")
    docker.answer("pause", err="container n1 is not running", status=1)
    with pytest.raises(CommandFailed):
        docker.engine.pause("n1")


def test_running_is_what_the_engine_says(docker: FakeProgram) -> None:
    docker.answer("inspect", out="running\n")
    assert docker.engine.running("n1")
    docker.answer("inspect", out="paused\n")
    assert not docker.engine.running("n1")
    docker.answer("inspect", err="no such container", status=1)
    assert not docker.engine.running("n1")


def test_nodes_are_found_by_their_label(docker: FakeProgram) -> None:
    docker.answer("ps", out=listed("b", "exited", x="1") + listed("a"))
    assert docker.engine.nodes("c") == [Container("a", "running", {}), Container("b", "exited", {"x": "1"})]
    assert docker.calls[0][:4] == ["ps", "--all", "--filter", "label=io.x-k8s.kind.cluster=c"]


def test_names_are_matched_at_their_beginning_only(docker: FakeProgram) -> None:
    docker.answer("ps", out=listed("build-1") + listed("my-build-1"))
    assert [container.name for container in docker.engine.named("build-")] == ["build-1"]


def test_an_engine_answers_when_it_says_its_version(docker: FakeProgram) -> None:
    assert not docker.engine.answers()
    docker.answer("info", out='{"ServerVersion": "28"}')
    assert docker.engine.answers()
    docker.answer("info", out='{"ServerVersion": "", "ServerErrors": ["Cannot connect"]}')
    assert not docker.engine.answers()
    assert not Engine(client="no-such-client-x").answers()


def test_somebody_else_can_call_it(docker: FakeProgram) -> None:
    engine = Engine(client="docker", variables={"DOCKER_HOST": "unix:///x"})
    assert engine.argv("start", "n1") == ["docker", "start", "n1"]
    assert engine.environment()["DOCKER_HOST"] == "unix:///x"


def test_a_folders_content_is_copied_not_the_folder(docker: FakeProgram, tmp_path: Path) -> None:
    docker.engine.copy(tmp_path, "c", "/")
    docker.engine.copy(docker.path, "c", "/x")
    assert docker.calls == [["cp", f"{tmp_path}/.", "c:/"], ["cp", str(docker.path), "c:/x"]]
