from __future__ import annotations

from typing import Any

from kubeskeptic.faults import undo_records
from kubeskeptic.journal.open_faults import OpenFault, open_faults, run_of


def records(identity: str, *phases: str, undoes: str = "mend it") -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {"kind": "fault", "id": identity, "fault": "break", "phase": phase} for phase in phases
    ]
    made[0] |= {"undo": {"thing": identity}, "undoes": undoes, "targets": [f"thing/{identity}"], "cluster": "u"}
    return made


RUN = [{"kind": "run", "id": "r1"}]
WHOLE = ("intent", "armed", "applying", "applied", "bit", "undoing", "undone", "healed", "disarmed", "done")


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
    from kubeskeptic.faults.components import flush_service_rules, kube_proxy, pressure

    one = OpenFault("i", "f", "r", (), {}, "armed")
    shared = (kube_proxy.CONTINUE, flush_service_rules.RESTORE, pressure.RESTORE)
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
