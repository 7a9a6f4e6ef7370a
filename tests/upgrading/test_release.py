"""Where the programs and images of a release come from, and what is said of one that does not exist."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.clusters.builds import components, golang, pod_images
from kubeskeptic.clusters.builds.oci import Start, write_image
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.clusters.store import Recipe, Store
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement
from kubeskeptic.upgrading.release import provide

NEW = "v1.37.2"


@dataclass
class FakeBuilder:
    """Builds an empty folder of whatever is wanted."""

    store: Store
    wanted: list[str] = field(default_factory=list)

    def expect(self, recipe: Any, seconds: float) -> None:
        self.wanted.append(recipe.name)

    def go(self, build: Any) -> Path:
        return self.store.place(build.recipe)

    def make(self, recipe: Any, seconds: float, build: Any) -> Path:
        return self.store.make(recipe, lambda into: build(into, None))


@dataclass
class Engine:
    """Notes what it is told; a pull may fail."""

    pulls: str = ""
    calls: list[str] = field(default_factory=list)

    def has_image(self, tag: str) -> bool:
        return False

    def call(self, *words: str, **_: Any) -> str:
        self.calls.append(" ".join(words))
        if words[0] == "pull" and self.pulls:
            raise CommandFailed("docker pull", 1, self.pulls)
        return "c0ffee\n"

    def remove(self, container: str) -> None:
        self.calls.append(f"remove {container}")


def cluster(image: str, engine: Engine) -> Any:
    return SimpleNamespace(image=image, engine=engine)


@pytest.fixture
def builder(tmp_path: Path) -> Any:
    return FakeBuilder(Store(tmp_path, quiet))


def test_a_cluster_of_our_own_image_gets_what_our_builds_make(builder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golang, "downloaded", lambda *_: {})
    archive = builder.store.place(Recipe("etcd", "3")).with_suffix(".tar")
    write_image(archive, "registry.k8s.io/etcd:3", [], Start())
    monkeypatch.setattr(pod_images, "of_kubernetes", lambda *_: [archive])
    found = provide(builder, cluster("kubeskeptic/node:v1.36.3-0", Engine()), NEW)
    assert (found.version, found.archives) == (NEW, {"registry.k8s.io/etcd:3": archive})
    assert found.programs == builder.store.place(components.kubernetes(NEW).recipe)


def test_a_cluster_of_kinds_image_gets_the_programs_of_that_image_and_pulls_the_rest(builder: Any) -> None:
    engine = Engine()
    found = provide(builder, cluster("kindest/node:v1.36.3", engine), NEW)
    assert not found.archives
    assert engine.calls[0] == "pull kindest/node:v1.37.2"
    assert [call.split()[1] for call in engine.calls if call.startswith("cp")] == [
        *("c0ffee:/usr/bin/kubeadm", "c0ffee:/usr/bin/kubelet", "c0ffee:/usr/bin/kubectl"),
    ]
    assert engine.calls[-1] == "remove c0ffee"


NOT_BUILT = (
    "reading https://proxy/k8s.io/kubernetes/@v/v1.37.99.info: 403 Forbidden: This module version is not available."
)
NOT_PUSHED = "manifest for kindest/node:v1.37.99 not found: manifest unknown"


def test_a_version_that_does_not_exist_is_bad_input(builder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: str) -> None:
        raise MissingRequirement(NOT_BUILT)

    monkeypatch.setattr(golang, "downloaded", none)
    with pytest.raises(BadInput, match=r"Kubernetes v1\.37\.99 is not available"):
        provide(builder, cluster("kubeskeptic/node:v1.36.3-0", Engine()), "v1.37.99")
    with pytest.raises(BadInput, match=r"Kubernetes v1\.37\.99 is not available"):
        provide(builder, cluster("kindest/node:v1.36.3", Engine(NOT_PUSHED)), "v1.37.99")


def test_a_source_that_does_not_answer_is_no_proof_of_that(builder: Any) -> None:
    with pytest.raises(MissingRequirement, match="no such host"):
        provide(builder, cluster("kindest/node:v1.36.3", Engine("dial tcp: no such host")), NEW)
