"""Later records of the run: what they may add, and what they would change, which is damage."""

from __future__ import annotations

import pytest

from kubeskeptic.timeline.run_record import merged


def test_a_record_of_the_run_may_add_and_not_change() -> None:
    known = {
        "at": 1.0,
        "kind": "run",
        "id": "r",
        "nodes": ["n1"],
        "roles": {"n1": "worker"},
        "seed": 1,
        "provider": None,
    }
    more = {
        "at": 9.0,
        "kind": "run",
        "id": "r",
        "nodes": ["n1", "n2"],
        "roles": {"n2": "worker"},
        "provider": "kind",
        "x": 0,
    }
    whole, wrong = merged(known, more)
    assert wrong == []
    assert whole == {
        **known,
        "nodes": ["n1", "n2"],
        "roles": {"n1": "worker", "n2": "worker"},
        "provider": "kind",
        "x": 0,
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"nodes": "n1"}, "it changes the run's nodes from ['n1'] to n1"),
        ({"nodes": []}, "it changes the run's nodes from ['n1'] to []"),
        (
            {"roles": {"n1": "control-plane", "n2": "worker"}},
            "it changes the run's roles n1 from worker to control-plane",
        ),
        ({"roles": ["n1"]}, "it changes the run's roles from {'n1': 'worker'} to ['n1']"),
        (
            {"kubelets": {"n1": "v1.37.2"}},
            "it changes the run's kubelets n1 from v1.36.3 to v1.37.2",
        ),
        ({"seed": 2}, "it changes the run's seed from 1 to 2"),
        ({"seed": [1]}, "it changes the run's seed from 1 to [1]"),
        ({"nodes": ["n2", "n1"]}, "it changes the run's nodes from ['n1'] to ['n2', 'n1']"),
    ],
)
def test_what_a_later_record_would_change_is_said_and_not_taken(more: dict[str, object], said: str) -> None:
    known = {"id": "r", "nodes": ["n1"], "roles": {"n1": "worker"}, "kubelets": {"n1": "v1.36.3"}, "seed": 1}
    whole, wrong = merged(known, {"id": "r", **more})
    assert wrong == [said]
    assert {**whole, "roles": {"n1": "worker"}} == known
    assert whole["roles"]["n1"] == "worker"


def test_a_setting_that_changes_is_told_by_its_value() -> None:
    before, after = ({"settings": {"GRACE": {"value": value, "unit": "s"}}} for value in (50, 40))
    whole, wrong = merged({"id": "r", **before}, {"id": "r", **after})
    assert (whole["settings"], wrong) == (before["settings"], ["it changes the run's settings GRACE from 50 to 40"])


def test_the_first_record_of_a_run_is_all_that_is_known_and_another_run_is_none_of_it() -> None:
    first = {"at": 1.0, "kind": "run", "id": "r"}
    assert merged({}, first) == (first, [])
    assert merged(first, {"id": "q", "seed": 2}) == (first, ["it describes the run q, not r"])
    assert merged(first, first) == (first, [])


def test_several_things_that_a_later_record_would_change_are_all_said() -> None:
    known = {"id": "r", "seed": 1, "roles": {"n1": "a", "n2": "b", "n3": "c"}}
    whole, wrong = merged(known, {"id": "r", "seed": 2, "roles": {"n1": "x", "n2": "b", "n3": "y"}, "more": 1})
    assert (whole, len(wrong)) == ({**known, "more": 1}, 3)
