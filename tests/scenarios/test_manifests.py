from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.paths import checkout
from kubeskeptic.scenarios.manifests import placed, read

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {image: $AGENT_IMAGE}\n"


def test_the_image_is_filled_in_and_empty_documents_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"---\n{POD}---\n")
    assert [one["spec"] for one in read(path, "agent:1")] == [{"image": "agent:1"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1,\nb: 2", "line 2 is not YAML"),
        ("- 1", "document 1: a Kubernetes object is a mapping"),
        ("kind: Pod", "no apiVersion and no metadata.name"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        read(path, "x")


def test_a_missing_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no manifest"):
        read(tmp_path / "none.yaml", "x")


def test_a_manifest_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as folder:
        read(tmp_path, "x")
    assert str(folder.value) == f"{tmp_path} cannot be read: Is a directory"
    (tmp_path / "m.yaml").write_bytes(POD.encode("utf-16"))
    with pytest.raises(BadInput, match=r"m\.yaml cannot be read: it is not UTF-8 text \("):
        read(tmp_path / "m.yaml", "x")


@pytest.mark.parametrize("text", ["", "# a comment\n", "---\n---\n"])
def test_a_manifest_has_objects(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"m\.yaml has no objects"):
        read(path, "x")
    path.write_text(f"{text}---\n{POD}---\n# the end\n")
    assert len(read(path, "x")) == 1


def test_everything_is_ours_and_in_our_namespace() -> None:
    one = placed({"kind": "Pod", "metadata": {"name": "a", "labels": {"app": "x"}}}, "ns", "r1")
    assert one["metadata"]["namespace"] == "ns"
    assert one["metadata"]["labels"] == {
        "app": "x",
        "app.kubernetes.io/managed-by": "kubeskeptic",
        "kubeskeptic/run": "r1",
    }
    with pytest.raises(BadInput, match="its own namespace"):
        placed({"kind": "Pod", "metadata": {"name": "a", "namespace": "other"}}, "ns", "r1")


OTHERS = ("rbac", "addons", "upgrades")
"""Folders of manifests that belong to a command, and to no suite."""


@pytest.mark.parametrize(
    "path",
    sorted(path for path in checkout().glob("manifests/*/*.yaml") if path.parent.name not in OTHERS),
    ids=lambda path: path.stem,
)
def test_our_manifests_are_good_and_belong_to_a_suite(path: Path) -> None:
    assert read(path, "x")
    assert (checkout() / "suites" / path.parent.name / f"test_{path.stem}.py").exists()


def test_the_images_of_addons_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(POD.replace("AGENT", "REDIS"))
    assert [one["spec"] for one in read(path, "agent:1", {"REDIS_IMAGE": "redis:7"})] == [{"image": "redis:7"}]
