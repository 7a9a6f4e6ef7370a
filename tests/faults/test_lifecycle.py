from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, Refused
from kubeskeptic.faults import Site, dry_run, inflict
from kubeskeptic.journal import read

from .world import WORLD, Break, Everything, FullDisk, Switch, a_site, phases

WHOLE = ["intent", "armed", "applying", "applied", "bit", "undoing", "undone", "healed", "disarmed", "done"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    WORLD.clear()
    with a_site(tmp_path) as made:
        yield made


def test_every_step_is_in_the_journal_in_order(site: Site, tmp_path: Path) -> None:
    switch = Switch()
    with inflict(Break("cup"), site, scenario="kitchen", act="fall", arm_with=switch) as one:
        inside = (WORLD["cup"], one.evidence, switch.armed)
    assert inside == ("broken", "cup is broken", True)
    assert (WORLD["cup"], switch.armed) == ("whole", False)
    assert phases(tmp_path) == WHOLE
    assert one.applied_at <= one.bit_at <= one.undone_at <= one.healed_at


def test_the_intent_holds_all_that_another_process_needs(site: Site, tmp_path: Path) -> None:
    with inflict(Break("cup"), site, scenario="kitchen", act="fall", arm_with=Switch()):
        pass
    intent = next(iter(read(tmp_path / "journal.jsonl")))
    assert intent["undo"] == {"thing": "cup", "undoable": True}
    assert intent["cluster"] == "uid-1"
    assert intent["targets"] == ["thing/cup"]
    assert (intent["says"], intent["undoes"]) == ("break cup", "mend cup")
    assert (intent["scenario"], intent["act"]) == ("kitchen", "fall")


def test_undone_early_then_leaving_the_block_changes_nothing(site: Site, tmp_path: Path) -> None:
    with inflict(Break("cup"), site, arm_with=Switch()) as one:
        one.undo()
        WORLD["cup"] = "broken by somebody else"
        one.undo()
    assert WORLD["cup"] == "broken by somebody else"
    assert phases(tmp_path) == WHOLE


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, AssertionError])
def test_whatever_ends_the_block_it_is_undone(site: Site, end: type[BaseException]) -> None:
    with pytest.raises(end), inflict(Break("cup"), site, arm_with=Switch()):
        raise end
    assert WORLD["cup"] == "whole"


def test_a_fault_that_does_not_bite_is_undone_and_inconclusive(site: Site, tmp_path: Path) -> None:
    with (
        pytest.raises(Inconclusive, match=r"did not bite.*still whole"),
        inflict(Break("cup", bites=False), site, arm_with=Switch()),
    ):
        pytest.fail("the block must not run")
    assert WORLD["cup"] == "whole"
    assert phases(tmp_path) == [phase for phase in WHOLE if phase != "bit"]


def test_a_fault_that_cannot_be_applied_is_undone_and_inconclusive(site: Site) -> None:
    with (
        pytest.raises(Inconclusive, match=r"could not be applied.*too hard"),
        inflict(Break("cup", applies=False), site, arm_with=Switch()),
    ):
        pytest.fail("the block must not run")
    assert WORLD["cup"] == "whole"


def test_an_undo_that_fails_stops_no_other_and_is_said_at_the_end(site: Site, tmp_path: Path) -> None:
    stays, goes = Switch(), Switch()
    with inflict(Break("cup"), site, arm_with=goes), inflict(Break("jug", undoable=False), site, arm_with=stays):
        pass
    assert WORLD == {"cup": "whole", "jug": "broken"}
    assert stays.armed  # it tries again when we are gone
    assert not goes.armed
    assert "failed" in phases(tmp_path)
    with pytest.raises(LeftDirty, match="mend jug"):
        site.close()


def test_an_explicit_undo_that_fails_says_so_at_once(site: Site) -> None:
    with inflict(Break("jug", undoable=False), site, arm_with=Switch()) as one, pytest.raises(LeftDirty):
        one.undo()


def test_two_faults_on_one_target_are_refused_naming_both(site: Site, tmp_path: Path) -> None:
    with (
        inflict(Break("cup"), site, arm_with=Switch()),
        pytest.raises(BadInput, match="break and break would both act on thing/cup"),
        inflict(Break("cup"), site, arm_with=Switch()),
    ):
        pytest.fail("the block must not run")
    with inflict(Break("cup"), site, arm_with=Switch()):
        assert len(site.in_force) == 1


def test_what_the_guard_refuses_touches_nothing(tmp_path: Path) -> None:
    WORLD.clear()
    with (
        a_site(tmp_path, Everything(allowed=False)) as site,
        pytest.raises(Refused),
        inflict(Break("cup"), site, arm_with=Switch()),
    ):
        pytest.fail("the block must not run")
    assert WORLD == {}
    assert phases(tmp_path) == []


def test_a_dry_run_says_both_halves_and_does_neither(site: Site) -> None:
    assert dry_run(Break("cup"), site) == "break: break cup; mend cup"
    assert WORLD == {}


def test_a_switch_without_time_is_senseless(site: Site) -> None:
    with pytest.raises(BadInput, match="positive number of seconds"), inflict(Break("cup"), site, lasts=0):
        pytest.fail("the block must not run")


class Interrupting(Break):
    """Each undo or heal is interrupted by the next of ``signals``."""

    signals: list[type[BaseException] | None] = []  # noqa: RUF012

    @classmethod
    def undo(cls, site: Site, record: Mapping[str, Any]) -> None:
        super().undo(site, {"thing": record["thing"], "undoable": False})
        signal = cls.signals.pop(0) if cls.signals else None
        if signal:
            raise signal
        super().undo(site, record)


@pytest.mark.parametrize("phase", ["bit", "undoing", "undone", "done"])
def test_a_full_disk_stops_no_undo(site: Site, capsys: pytest.CaptureFixture[str], phase: str) -> None:
    site.journal = FullDisk(site.journal, phase)  # type: ignore[assignment]
    switch = Switch()
    with inflict(Break("cup"), site, arm_with=switch):
        pass
    assert (WORLD["cup"], switch.armed, site.left) == ("whole", False, [])
    assert f"“{phase}” of break-" in capsys.readouterr().err
    site.close()


@pytest.mark.parametrize("phase", ["intent", "armed", "applying"])
def test_what_cannot_be_announced_is_not_done(site: Site, phase: str) -> None:
    site.journal = FullDisk(site.journal, phase)  # type: ignore[assignment]
    with pytest.raises(OSError, match="No space left"), inflict(Break("cup"), site, arm_with=Switch()):
        pytest.fail("the block must not run")
    assert WORLD["cup"] == "whole"


def test_what_a_full_disk_hid_is_said_when_the_undo_failed_too(site: Site) -> None:
    site.journal = FullDisk(site.journal, "undoing")  # type: ignore[assignment]
    with inflict(Break("jug", undoable=False), site, arm_with=Switch()):
        pass
    (said,) = site.left
    assert said.startswith("mend jug: ")
    assert said.endswith("not in the journal: undoing, undone, failed")


def test_an_error_of_any_kind_while_undoing_is_kept_and_stops_no_other(site: Site) -> None:
    Interrupting.signals = [ZeroDivisionError]
    switch = Switch()
    with inflict(Break("cup"), site, arm_with=Switch()), inflict(Interrupting("jug"), site, arm_with=switch):
        pass
    assert WORLD == {"cup": "whole", "jug": "broken"}
    assert site.left == ["mend jug: ZeroDivisionError: "]
    assert switch.armed


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_an_undo_that_is_interrupted_is_done_again_before_anything_else(
    site: Site, tmp_path: Path, signal: type[BaseException]
) -> None:
    Interrupting.signals = [signal]
    switch = Switch()
    with pytest.raises(signal), inflict(Interrupting("cup"), site, arm_with=switch):
        pass
    assert (WORLD["cup"], switch.armed, site.left) == ("whole", False, [])
    assert phases(tmp_path)[-5:] == ["undoing", "undone", "healed", "disarmed", "done"]


def test_one_that_is_interrupted_in_the_last_look_is_undone(site: Site) -> None:
    looks: list[str] = []

    def look() -> None:
        looks.append("looked")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), inflict(Break("cup"), site, arm_with=Switch(), before_undo=look):
        pass
    assert (WORLD["cup"], looks) == ("whole", ["looked"])


def test_one_that_is_interrupted_twice_is_left_and_said(site: Site) -> None:
    Interrupting.signals = [KeyboardInterrupt, KeyboardInterrupt]
    switch = Switch()
    with pytest.raises(KeyboardInterrupt), inflict(Interrupting("cup"), site, arm_with=switch):
        pass
    assert site.left == ["mend cup: interrupted twice while it was undone"]
    assert switch.armed
