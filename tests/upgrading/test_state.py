"""The state of an upgrade: written before and after each step, found again, and said in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.errors import BadInput, CommandFailed
from kubeskeptic.upgrading import plan, state
from kubeskeptic.upgrading.plan import parse
from kubeskeptic.upgrading.state import Ledger, UpgradeState

from .fakes import NEW, OLD, World

NODES = {"up-control-plane": OLD, "up-worker": OLD}


def a_state(**more: Any) -> UpgradeState:
    steps = plan.steps("up-control-plane", ["up-worker"], NODES, OLD, parse(NEW))
    return UpgradeState("up", "uid-1", OLD, NEW, dict(NODES), steps=steps, **more)


def kept(folder: Path) -> UpgradeState:
    return UpgradeState.parse(state.place(folder, "up").read_text(), "the file")


def broken_in(folder: Path, world: Any, name: str) -> UpgradeState:
    """The state after every step before this one was done, and it was begun and killed."""
    ledger = Ledger(a_state(), folder, world, clock=lambda: 5.0)
    for step in ledger.state.steps:
        if str(step) == name:
            with pytest.raises(CommandFailed), ledger.step(step):
                raise CommandFailed("x", 1, "")
            break
        with ledger.step(step):
            pass
    return ledger.state


def test_a_step_is_on_disk_and_in_the_cluster_before_it_is_done(tmp_path: Path) -> None:
    world: Any = World()
    ledger = Ledger(a_state(), tmp_path, world, clock=lambda: 5.0)
    step = ledger.state.steps[1]
    with ledger.step(step):
        assert [(one.attempts, one.done) for one in kept(tmp_path).steps if one.attempts] == [(1, False)]
        assert world.kept
    assert [(one.attempts, one.done) for one in kept(tmp_path).steps if one.attempts] == [(1, True)]


def test_a_step_that_failed_is_not_done(tmp_path: Path) -> None:
    broken_in(tmp_path, World(), "drain up-worker")
    assert [str(one) for one in kept(tmp_path).steps if one.attempts and not one.done] == ["drain up-worker"]


def test_a_silent_api_server_keeps_no_step_from_being_written_down(tmp_path: Path) -> None:
    world: Any = World()
    world.silent = True
    Ledger(a_state(), tmp_path, world).save()
    assert kept(tmp_path) == a_state()
    assert not world.kept


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("bring images to up-worker", "completed 2 of 12 steps, stopped in “bring images to up-worker”"),
        (
            "kubeadm upgrade apply up-control-plane",
            "up-control-plane has a kubelet of v1.36.3 and a control plane of either",
        ),
        ("kubelet up-worker", "up-worker may have a kubelet of v1.36.3 or v1.37.2 and is cordoned"),
        ("uncordon up-worker", "up-worker has a kubelet of v1.37.2 and is cordoned"),
        ("run after", "completed 11 of 12 steps, stopped in “run after”"),
    ],
)
def test_one_sentence_says_what_state_the_cluster_is_in_and_how_to_go_on(tmp_path: Path, step: str, words: str) -> None:
    said = broken_in(tmp_path, World(), step).standing()
    assert words in said
    assert said.startswith("the upgrade of cluster up from v1.36.3 to v1.37.2 completed")
    assert said.endswith("continue with `skeptic upgrade --resume --cluster up`")


def test_the_file_counts_and_the_config_map_stands_in_for_it(tmp_path: Path) -> None:
    world: Any = World()
    assert state.find(tmp_path, "up", "uid-1", world) is None
    done = broken_in(tmp_path, world, "drain up-worker")
    assert state.find(tmp_path, "up", "uid-1", world) == done
    state.place(tmp_path, "up").unlink()
    assert state.find(tmp_path, "up", "uid-1", world) == done


def test_the_state_of_a_cluster_that_was_made_anew_is_another_ones(tmp_path: Path) -> None:
    broken_in(tmp_path, World(), "drain up-worker")
    assert state.find(tmp_path, "up", "uid-2", World()) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}', '{"schema": 9}'])
def test_a_damaged_state_is_said_and_not_guessed_at(tmp_path: Path, text: str) -> None:
    path = state.place(tmp_path, "up")
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(BadInput, match=r"is damaged|has schema"):
        state.find(tmp_path, "up", "uid-1", World())  # type: ignore[arg-type]


def test_only_what_changes_nodes_counts_as_begun(tmp_path: Path) -> None:
    assert not broken_in(tmp_path, World(), "run before").begun
    assert broken_in(tmp_path, World(), "bring images to up-control-plane").begun


def test_the_config_map_goes_at_the_end_and_twice_is_fine(tmp_path: Path) -> None:
    world: Any = World()
    ledger = Ledger(a_state(), tmp_path, world)
    ledger.save()
    ledger.close()
    ledger.close()
    assert not world.kept
