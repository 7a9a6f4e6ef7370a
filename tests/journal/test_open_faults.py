"""Which faults of a run are open, what undoing them needs, and what it is named."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from kubeskeptic.faults import undo_records
from kubeskeptic.journal.open_faults import OpenFault, open_faults, plain, run_of
from tests.journal.faults import CUP, WHOLE, records

RUN = [{"kind": "run", "id": "r1"}]


def test_a_fault_is_open_from_when_it_is_applied_until_it_is_done() -> None:
    for end in range(3, len(WHOLE)):
        (found,) = open_faults(RUN + records("cup", *WHOLE[:end]))
        assert (found.id, found.phase, found.run) == ("cup", WHOLE[end - 1], "r1")
    assert open_faults(RUN + records("cup", *WHOLE)) == []


def test_an_open_fault_is_all_that_undoing_it_needs() -> None:
    told = records("cup", "intent", "armed", "applied")
    told[0] |= {"nodes": ["n1"], "objects": [["Node", "", "n1"]], "scenario": "s", "act": "a", "at": 1.0}
    (whole,) = open_faults(RUN + told)
    assert whole == OpenFault(
        id="cup", fault="break", run="r1", targets=("thing/cup",), undo={"thing": "cup"}, phase="applied", undoes="mend it",
        cluster="u", nodes=("n1",), objects=(("Node", "", "n1"),), where={"scenario": "s", "act": "a"},
    )  # fmt: skip
    del told[0]["cluster"], told[0]["nodes"], told[0]["objects"], told[0]["scenario"], told[0]["act"]
    (bare,) = open_faults(RUN + told)
    assert (bare.cluster, bare.nodes, bare.objects, bare.where) == ("", (), (), {})


def test_one_that_was_announced_and_never_applied_is_not() -> None:
    for end in (1, 2):
        assert open_faults(RUN + records("cup", *WHOLE[:end])) == []


def test_one_that_failed_is_open() -> None:
    (found,) = open_faults(RUN + records("cup", "intent", "applied", "undoing", "failed"))
    assert found.undo == {"thing": "cup"}


def test_one_that_failed_and_was_done_by_somebody_else_is_not() -> None:
    assert open_faults(RUN + records("cup", "intent", "failed", "undoing", "done")) == []


def test_what_heals_itself_is_never_open() -> None:
    assert open_faults(RUN + records("cup", "intent", "applied", undoes="")) == []


def test_the_last_one_comes_first() -> None:
    found = open_faults(RUN + records("cup", *WHOLE[:3]) + records("jug", *WHOLE[:3]))
    assert [one.id for one in found] == ["jug", "cup"]


def test_a_note_says_what_the_intent_says() -> None:
    one = OpenFault("id-1", "break", "r 1", ("a", "b"), {"x": 1}, "armed", "mend", "u", ("n1",), (("Node", "", "n1"),))
    assert undo_records.parse(undo_records.written(one)) == one
    assert undo_records.path(one) == "/var/lib/kubeskeptic/r-1-id-1.json"


def test_what_is_no_note_of_ours_is_passed_over() -> None:
    assert [undo_records.parse(text) for text in ("", "{}", "[]", "hello", '{"id": 1}')] == [None] * 5


def test_no_command_for_a_node_is_changed_by_its_systemd() -> None:
    """systemd replaces ``${NAME}`` and ``$$`` in the command lines of units, and a word that begins with a dollar sign."""
    from kubeskeptic.faults import file_backup, runtime
    from kubeskeptic.faults.components import eviction, flush_service_rules, kube_proxy

    one = OpenFault("i", "f", "r", (), {}, "armed")
    shared = (kube_proxy.CONTINUE, flush_service_rules.RESTORE, eviction.RESTORE)
    for argv in (*shared, file_backup.restore("/etc/x.yaml"), runtime.signal_command("abc", "SIGCONT")):
        for word in undo_records.and_remove(one, argv):
            assert "${" not in word
            assert "$$" not in word
            assert not word.startswith("$")


def test_a_unit_says_which_run_it_belongs_to() -> None:
    one = OpenFault("freeze_kube_proxy-1a2b3c", "freeze_kube_proxy", "20261101-120000-ab12", (), {}, "armed")
    for unit in (one.unit, f"{one.unit}.timer", f"{one.unit}.service"):
        assert run_of(unit) == one.run
    assert [run_of(name) for name in ("skeptic-left.timer", "kubelet.service", "")] == [""] * 3


def test_what_undoes_a_fault_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        CUP.phase = "done"  # type: ignore[misc]


# -- which are open -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("phase", "is_open"),
    [(phase, phase not in ("intent", "armed", "done")) for phase in (*WHOLE, "failed", "of a later version")],
)
def test_the_last_phase_says_whether_a_fault_is_open(phase: str, is_open: bool) -> None:
    assert [one.phase for one in open_faults(records("cup", "intent", phase))] == [phase] * is_open


def test_a_fault_that_was_never_announced_is_none_and_hides_no_other() -> None:
    unannounced = [{"kind": "fault", "id": "jug", "fault": "break", "phase": "applied"}]
    assert [one.id for one in open_faults(unannounced + RUN + records("cup", *WHOLE[:4]))] == ["cup"]


def test_what_is_about_no_fault_is_passed_over() -> None:
    others = [{"kind": "act", "id": "cup", "phase": "done"}, {"kind": "scenario", "id": "r9"}]
    (found,) = open_faults(RUN + records("cup", *WHOLE[:4]) + others)
    assert (found.phase, found.run) == ("applied", "r1")


def test_a_fault_belongs_to_the_run_that_the_journal_is_of() -> None:
    (found,) = open_faults(records("cup", *WHOLE[:4]) + RUN)
    assert found.run == "r1"
    (found,) = open_faults(records("cup", *WHOLE[:4]))
    assert (found.run, found.key) == ("", "-cup")


def test_an_intent_that_does_not_say_what_undoes_it_is_not_open() -> None:
    told = records("cup", *WHOLE[:4])
    del told[0]["undoes"]
    assert open_faults(RUN + told) == []


# -- names --------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("text", "name"), [("aZ09-_.", "aZ09-_."), ("a b/c:d", "a-b-c-d"), ("", ""), ("ä@", "ä-")])
def test_names_of_files_and_units_are_plain(text: str, name: str) -> None:
    assert plain(text) == name


def test_what_undoes_a_fault_is_named_after_its_run_and_the_fault() -> None:
    assert (CUP.key, CUP.unit) == ("r-1-cup-1", "skeptic-r-1-cup-1")


@pytest.mark.parametrize(
    ("unit", "run"),
    [
        ("skeptic-r1-crash_node-0f", "r1"),
        ("skeptic-r1-crash_node-0f.timer", "r1"),
        ("skeptic-r1-crash_node-0f.socket", ""),
        ("skeptic-r1-crash_node-xyz", ""),
        ("skeptic-r1-Crash-0f", ""),
        ("skeptic--crash_node-0f", ""),
        ("other-r1-crash_node-0f", ""),
    ],
)
def test_only_a_name_of_our_own_form_says_a_run(unit: str, run: str) -> None:
    assert run_of(unit) == run
