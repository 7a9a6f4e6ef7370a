"""The agent's image on its way to nodes, registries and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.clusters import agents
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.engine import CLUSTER_LABEL
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import BadInput
from tests.clusters.fakes import FakeProgram, listed


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    """An engine with a registry in reach, and an archive that it built."""
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))
    (tmp_path / "built.tar").write_text("archive")
    monkeypatch.setattr(agents, "from_registry", lambda *_: tmp_path / "built.tar")
    program = FakeProgram(tmp_path / "bin")
    program.answer("pull", out="3.11-slim: Pulling from library/python\n")
    return program


@pytest.fixture
def builder(docker: FakeProgram) -> Builder:
    return Builder(quiet)


def test_pushed_it_has_the_name_that_the_registry_knows(docker: FakeProgram, builder: Builder, tmp_path: Path) -> None:
    reference = AgentImage(builder).reference
    pushed = agents.push(builder, docker.engine, "registry.example:5000/team/agent")
    assert pushed == f"registry.example:5000/team/agent:{reference.rpartition(':')[2]}"
    assert docker.calls[-3:] == [
        ["load", "--input", str(tmp_path / "built.tar")],
        ["tag", reference, pushed],
        ["push", pushed],
    ]


def test_saved_it_is_a_file(docker: FakeProgram, builder: Builder, tmp_path: Path) -> None:
    agents.save(builder, docker.engine, tmp_path / "agent.tar")
    assert (tmp_path / "agent.tar").read_text() == "archive"


def test_loaded_it_is_in_every_node_of_anybodys_kind_cluster(docker: FakeProgram, builder: Builder) -> None:
    docker.answer(
        "ps", out="".join(listed(name, **{CLUSTER_LABEL: "ci"}) for name in ("ci-control-plane", "ci-worker"))
    )
    reference = agents.load_into(builder, docker.engine, "ci")
    assert reference == AgentImage(builder).reference
    assert {call[2] for call in docker.calls if "import" in call} == {"ci-control-plane", "ci-worker"}


def test_a_cluster_that_is_not_there_is_named(docker: FakeProgram, builder: Builder) -> None:
    with pytest.raises(BadInput, match="no nodes of a kind cluster ci"):
        agents.load_into(builder, docker.engine, "ci")
