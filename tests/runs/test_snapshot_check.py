"""However a run ends: somebody looks, writes down what was seen, and what is left outranks what was under way."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive, LeftDirty, Refused, SkepticError, Unanswered
from kubeskeptic.journal import Journal, read
from kubeskeptic.runs import snapshot_check as module
from kubeskeptic.runs.snapshot_check import unchanged
from kubeskeptic.undo.snapshot import Snapshot

CLEAN = Snapshot({"node n1 taints": frozenset()})
TAINTED = Snapshot({"node n1 taints": frozenset({"left:NoSchedule"})})
WRONG = Inconclusive("the instrument is not right")


class Guard:
    """Permits everything, or says why not."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses

    def permit(self, risk: object, what: str) -> None:
        if self.refuses:
            raise Refused(self.refuses)


@pytest.fixture
def at_the_end(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is seen at the start, and at the end: a snapshot, or an error that looking ends with."""
    seen: list[Any] = [CLEAN, CLEAN]

    def take(_: object) -> Snapshot:
        now = seen.pop(0)
        if isinstance(now, BaseException):
            raise now
        assert isinstance(now, Snapshot)
        return now

    monkeypatch.setattr(module, "take", take)
    return seen


def ended(
    folder: Path,
    under_way: BaseException | None = None,
    *,
    left: str = "",
    refuses: str = "",
    changing: bool = False,
) -> tuple[BaseException | None, dict[str, Any]]:
    """What comes out of a run that ends with something under way, and what the journal says of its end."""
    out: BaseException | None = None
    with closing(Journal(folder / "journal.jsonl")) as journal:
        site = SimpleNamespace(left=[left] if left else [], guard=Guard(refuses))
        run: Any = SimpleNamespace(site=site, journal=journal)
        try:
            with unchanged(run, changing=changing):
                if under_way:
                    raise under_way
        except BaseException as error:  # noqa: BLE001
            out = error
    (record,) = read(folder / "journal.jsonl")
    return out, record


@pytest.mark.usefixtures("at_the_end")
def test_a_run_that_left_nothing_is_clean(tmp_path: Path) -> None:
    out, record = ended(tmp_path)
    assert (out, record["clean"], record["why"]) == (None, True, "")


@pytest.mark.usefixtures("at_the_end")
@pytest.mark.parametrize("under_way", [WRONG, KeyboardInterrupt("SIGTERM"), ZeroDivisionError("a bug")])
def test_a_run_that_broke_off_is_looked_at_and_may_be_clean(tmp_path: Path, under_way: BaseException) -> None:
    out, record = ended(tmp_path, under_way)
    assert out is under_way
    assert record["clean"] is True


@pytest.mark.parametrize("under_way", [None, WRONG, KeyboardInterrupt("SIGTERM")])
def test_what_differs_is_said_whatever_was_under_way(
    tmp_path: Path, at_the_end: list[Any], under_way: BaseException | None
) -> None:
    at_the_end[1] = TAINTED
    out, record = ended(tmp_path, under_way)
    assert isinstance(out, LeftDirty)
    assert "node n1 taints: “left:NoSchedule” is new. Run `skeptic cleanup`" in str(out)
    assert out.__cause__ is under_way
    assert (record["clean"], record["why"]) == (False, "node n1 taints: “left:NoSchedule” is new")


@pytest.mark.usefixtures("at_the_end")
def test_what_could_not_be_undone_is_said_beside_what_was_under_way(tmp_path: Path) -> None:
    out, record = ended(tmp_path, WRONG, left="start n1 again: it does not answer")
    assert isinstance(out, LeftDirty)
    assert "start n1 again" in str(out)
    assert str(out).endswith("Before that: the instrument is not right")
    assert (record["clean"], record["why"]) == (False, "start n1 again: it does not answer")


def test_nobody_could_look_is_neither_clean_nor_dirty(
    tmp_path: Path, at_the_end: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    at_the_end[1] = Unanswered("nobody there")
    out, record = ended(tmp_path, WRONG)
    assert out is WRONG
    assert record["clean"] is None
    assert record["why"] == "cannot check whether the cluster is unchanged: nobody there"
    assert "cannot check whether the cluster is unchanged" in capsys.readouterr().err


@pytest.mark.parametrize("blind", [Unanswered("nobody there"), KeyError("rules")])
def test_nobody_could_look_is_no_good_end(tmp_path: Path, at_the_end: list[Any], blind: Exception) -> None:
    at_the_end[1] = blind
    out, record = ended(tmp_path)
    assert type(out) is SkepticError
    assert "cannot check whether the cluster is unchanged" in str(out)
    assert record["clean"] is None


def test_what_is_known_to_be_left_needs_no_look(tmp_path: Path, at_the_end: list[Any]) -> None:
    at_the_end[1] = Unanswered("nobody there")
    out, record = ended(tmp_path, left="start n1 again: it does not answer")
    assert isinstance(out, LeftDirty)
    assert "start n1 again" in str(out)
    assert "cannot check whether the cluster is unchanged" in str(out)
    assert record["clean"] is False


@pytest.mark.usefixtures("at_the_end")
@pytest.mark.parametrize("under_way", [None, WRONG])
def test_another_cluster_says_nothing_about_ours(tmp_path: Path, under_way: Exception | None) -> None:
    out, record = ended(tmp_path, under_way, refuses="another cluster is behind the context")
    assert isinstance(out, Refused)
    assert out.exit_status == 21
    assert record["clean"] is None


def test_an_interrupt_while_looking_is_no_verdict(tmp_path: Path, at_the_end: list[Any]) -> None:
    at_the_end[1] = KeyboardInterrupt("SIGINT")
    out, record = ended(tmp_path)
    assert isinstance(out, KeyboardInterrupt)
    assert record["clean"] is None


def test_a_run_that_is_there_to_change_the_cluster_writes_down_what_changed(
    tmp_path: Path, at_the_end: list[Any]
) -> None:
    at_the_end[1] = TAINTED
    out, record = ended(tmp_path, changing=True)
    assert (out, record["clean"]) == (None, True)
    assert record["changed"] == ["node n1 taints: “left:NoSchedule” is new"]


def test_what_such_a_run_could_not_undo_is_left_all_the_same(tmp_path: Path, at_the_end: list[Any]) -> None:
    at_the_end[1] = TAINTED
    out, record = ended(tmp_path, left="a table is left", changing=True)
    assert isinstance(out, LeftDirty)
    assert "a table is left" in str(out)
    assert "left:NoSchedule" not in str(out)
    assert record["clean"] is False
