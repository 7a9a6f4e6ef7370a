from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kubeskeptic.clusters.mounts import below
from kubeskeptic.clusters.store import Recipe, Store

RECIPE = Recipe("thing", "v1", ("flour", "water"))


def test_a_recipe_is_another_when_anything_in_it_changes() -> None:
    same = Recipe("thing", "v1", ("flour", "water"))
    inputs = [("flour", "milk"), ("flourwater",), ("water", "flour")]
    others = [Recipe("thing", "v2", RECIPE.inputs), *(Recipe("thing", "v1", each) for each in inputs)]
    assert same.digest == RECIPE.digest
    assert all(other.digest != RECIPE.digest for other in others)


def test_an_entry_is_built_once(tmp_path: Path) -> None:
    store, built = Store(tmp_path), []

    def build(into: Path) -> None:
        built.append(into)
        (into / "bread").write_text("good")

    first, second = store.make(RECIPE, build), store.make(RECIPE, build)
    assert first == second
    assert (first / "bread").read_text() == "good"
    assert len(built) == 1


def test_an_interrupted_build_leaves_nothing_that_looks_complete(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def interrupted(into: Path) -> None:
        (into / "half").write_text("baked")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.make(RECIPE, interrupted)
    assert not store.has(RECIPE)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_what_a_killed_build_left_is_swept_by_the_next(tmp_path: Path) -> None:
    store = Store(tmp_path)
    left = tmp_path / f".{RECIPE.entry}.dead"
    left.mkdir()
    assert not store.has(RECIPE)
    store.make(RECIPE, lambda into: (into / "bread").touch())
    assert store.has(RECIPE)
    assert not left.exists()


def test_what_is_mounted_in_a_killed_build_is_seen_innermost_first() -> None:
    table = (
        "proc /a/root/proc proc rw 0 0\nsys /a/root/sys sysfs rw 0 0\nx /a/root/sys/x tmpfs rw 0 0\ny /ab y rw 0 0\n"
    )
    assert below(Path("/a/root"), table) == ["/a/root/sys/x", "/a/root/sys", "/a/root/proc"]
    assert below(Path("/a"), table)[-1] == "/a/root/proc"


def test_two_at_the_same_time_build_once(tmp_path: Path) -> None:
    store, built, inside, go_on = Store(tmp_path), [], threading.Event(), threading.Event()

    def build(into: Path) -> None:
        built.append(into)
        inside.set()
        assert go_on.wait(5)

    both = [threading.Thread(target=store.make, args=(RECIPE, build)) for _ in range(2)]
    for each in both:
        each.start()
    assert inside.wait(5)
    go_on.set()
    for each in both:
        each.join(5)
    assert len(built) == 1
    assert store.has(RECIPE)
