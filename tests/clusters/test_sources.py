"""Where images come from; the way with a registry is tested by the commands that it issues."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kubeskeptic import paths
from kubeskeptic.clusters import agents, kind, node_source
from kubeskeptic.clusters.builds import agent_image, node_image
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.node_source import DEFAULT_VERSION, PINNED, NodeSource
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import BadInput, MissingRequirement
from tests.clusters.fakes import FakeProgram


@pytest.fixture
def docker(tmp_path: Path) -> FakeProgram:
    program = FakeProgram(tmp_path / "bin")
    program.answer("pull", node_source.AGENT_FROM, out="3.11-slim: Pulling from library/python\n")
    return program


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBESKEPTIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KUBESKEPTIC_STATE", str(tmp_path / "state"))


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    (tmp_path / "cache/builds").mkdir(parents=True)
    return Builder(quiet)


def test_an_image_of_ours_that_is_there_needs_no_registry(docker: FakeProgram) -> None:
    docker.answer("images", out="sha256:1\n")
    assert node_source.choose(docker.engine, DEFAULT_VERSION, "auto").built
    assert docker.calls == [["images", "--quiet", node_image.tag(DEFAULT_VERSION)]]


def test_with_a_registry_kind_takes_the_image_it_pins(docker: FakeProgram) -> None:
    source = node_source.choose(docker.engine, None, "auto")
    assert source == NodeSource(built=False, image=PINNED, version=None)
    assert source.argument is None
    assert docker.calls[-1] == ["pull", node_source.AGENT_FROM]


def test_without_a_registry_images_are_built(docker: FakeProgram) -> None:
    docker.answer("pull", node_source.AGENT_FROM, err="no such host", status=1)
    assert node_source.choose(docker.engine, DEFAULT_VERSION, "auto").built
    assert node_source.choose(docker.engine, DEFAULT_VERSION, "build").built
    assert not node_source.choose(docker.engine, DEFAULT_VERSION, "pull").built
    with pytest.raises(BadInput):
        node_source.choose(docker.engine, DEFAULT_VERSION, "steal")


def test_the_version_that_was_asked_for_is_the_one_that_is_pulled(docker: FakeProgram) -> None:
    source = node_source.choose(docker.engine, DEFAULT_VERSION, "auto")
    assert source == NodeSource(built=False, image=f"kindest/node:{DEFAULT_VERSION}", version=DEFAULT_VERSION)


@pytest.mark.parametrize(
    ("image", "outdated"),
    [
        (PINNED, False),
        ("kindest/node:v1.36.3", False),
        (node_image.tag("v1.36.3"), False),
        (node_image.tag("v1.37.2"), True),
        ("kubeskeptic/node:v1.36.3-000000000000", True),
        ("another", True),
    ],
)
def test_a_cluster_of_an_older_recipe_is_told_from_one_of_another_source(image: str, *, outdated: bool) -> None:
    assert node_source.outdated(image, "v1.36.3") is outdated


def test_a_registry_that_does_not_answer_in_time_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\nexec sleep 60\n")
    client.chmod(0o755)
    monkeypatch.setattr(node_source, "REGISTRY_ANSWERS", 0.1)
    assert not node_source.registry_answers(Engine(client=str(client)))


def test_another_version_is_pulled_by_its_tag(docker: FakeProgram, builder: Builder) -> None:
    source = node_source.choose(docker.engine, "v1.36.3", "pull")
    node_source.provide(source, builder, docker.engine)
    assert docker.calls[-1] == ["pull", "kindest/node:v1.36.3"]


def test_a_version_that_the_registry_lacks_is_said(docker: FakeProgram, builder: Builder) -> None:
    docker.answer("pull", "kindest/node:v1.36.3", err="manifest unknown", status=1)
    with pytest.raises(MissingRequirement, match="--images build"):
        node_source.provide(node_source.choose(docker.engine, "v1.36.3", "pull"), builder, docker.engine)


def test_with_a_registry_the_agent_is_built_by_the_engine_and_loaded_into_nodes(
    docker: FakeProgram, builder: Builder
) -> None:
    reference = AgentImage(builder).reference
    save = [
        "save",
        "--output",
        str(Path(paths.cache()) / "agent-images" / f"{reference.rpartition(':')[2]}.unfinished"),
    ]
    # what the engine would have written
    Path(save[2]).parent.mkdir(parents=True)
    Path(save[2]).write_text("archive")
    assert agents.load(builder, docker.engine, ["n1", "n2"], built=False) == reference
    verbs = [call[0] for call in docker.calls]
    assert verbs == ["exec", "exec", "build", "save", "exec", "exec"]
    build = next(call for call in docker.calls if call[0] == "build")
    assert build[:3] == ["build", "--tag", reference]
    assert docker.calls[3] == [*save, reference]
    assert {call[2] for call in docker.calls[4:]} == {"n1", "n2"}
    assert docker.calls[4][3:7] == ["ctr", "--namespace", "k8s.io", "images"]


def test_nodes_that_have_the_agent_are_left_alone(docker: FakeProgram, builder: Builder) -> None:
    docker.answer("exec", out=f"{AgentImage(builder).reference}\n")
    agents.load(builder, docker.engine, ["n1", "n2"], built=False)
    assert [call[0] for call in docker.calls] == ["exec", "exec"]


def test_the_agent_brings_its_own_package_and_nothing_else_of_ours(tmp_path: Path) -> None:
    agent_image.lay_out(tmp_path)
    assert (tmp_path / "kubeskeptic/__init__.py").read_text() == ""
    assert (tmp_path / "kubeskeptic/agent/__init__.py").exists()
    assert {path.name for path in (tmp_path / "kubeskeptic").iterdir()} == {"__init__.py", "agent"}


def test_a_kind_that_is_too_old_is_not_taken(docker: FakeProgram, tmp_path: Path) -> None:
    program = FakeProgram(tmp_path / "bin", "kind")
    program.answer("version", out="kind v0.33.0 go1.27.2 linux/amd64\n")
    assert kind.version(str(program.path)) == (0, 33)
    program.answer("version", out="kind v0.20.0-alpha\n")
    assert kind.version(str(program.path)) < kind.OLDEST
    assert kind.version("no-such-kind-x") == (0, 0)


@pytest.mark.parametrize(
    ("said", "cgroups", "why"),
    [
        ("kind v0.20.0 go1.20.4 linux/amd64", "2", ""),
        ("kind v0.33.0 go1.27.2 linux/amd64", "1", ""),
        (
            "kind v0.20.0 go1.20.4 linux/amd64",
            "1",
            r"is version 0\.20, but cgroups v1 need 0\.33 or later; install kind",
        ),
        ("", "2", "kind is not on the PATH; install kind"),
    ],
)
def test_any_kind_that_works_is_taken_and_where_none_does_how_to_get_one_is_said(
    docker: FakeProgram, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    said: str, cgroups: str, why: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    where = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "go" else where(name))
    if said:
        FakeProgram(tmp_path / "bin", "kind").answer("version", out=said)
    if why:
        with pytest.raises(MissingRequirement, match=why):
            kind.provide(builder, docker.engine, cgroups=cgroups)
    else:
        assert kind.provide(builder, docker.engine, cgroups=cgroups)


def test_the_image_that_kind_pins_is_taken_by_its_digest(docker: FakeProgram, builder: Builder, tmp_path: Path) -> None:
    digest = f"sha256:{'0123456789abcdef' * 4}"
    program = tmp_path / "kind"
    program.write_bytes(b"\0\1kindest/node:v1.37.0@" + digest.encode() + b"\0rest")
    program.chmod(0o755)
    pinned = kind.Kind(str(program), docker.engine).pinned()
    assert pinned == f"kindest/node:v1.37.0@{digest}"
    whole = NodeSource(built=False, image=pinned, version="v1.37.0")
    for version in (None, "v1.37.0"):
        assert node_source.by_digest(node_source.choose(docker.engine, version, "pull"), pinned) == whole
    other = node_source.choose(docker.engine, "v1.36.3", "pull")
    assert node_source.by_digest(other, pinned) == other
    assert node_source.by_digest(other, None) == other
    node_source.provide(whole, builder, docker.engine)
    assert docker.calls[-2:] == [["images", "--quiet", f"kindest/node@{digest}"], ["pull", f"kindest/node@{digest}"]]
    assert not node_source.outdated(pinned, "v1.37.0")


def test_a_python_image_that_no_registry_has_is_said(docker: FakeProgram, builder: Builder) -> None:
    docker.answer("build", err="manifest unknown", status=1)
    with pytest.raises(MissingRequirement, match=r"cannot be built on python:3.11-slim; .*--images build"):
        agents.prepare(builder, docker.engine)
