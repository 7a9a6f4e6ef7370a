"""What a scenario sees of an address that moves: whose hardware address it has, and when a change came."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat
from types import SimpleNamespace

import pytest

from kubeskeptic.bounds import Interval
from kubeskeptic.durations import Patience
from kubeskeptic.errors import NotAsked
from kubeskeptic.paths import checkout
from kubeskeptic.proving.suites import asked_by
from kubeskeptic.scenarios import entrances
from kubeskeptic.scenarios.entrances import hardware, since_when

TABLE = """\
IP address       HW type     Flags       HW address            Mask     Device
172.17.0.5       0x1         0x2         6e:df:2b:62:88:c7     *        br-1
172.17.0.6       0x1         0x0         00:00:00:00:00:00     *        br-1
172.17.255.9     0x1         0x6         6e:df:2b:62:88:c7     *        br-1
cut off
"""


def test_a_neighbour_that_does_not_answer_has_no_hardware_address() -> None:
    assert hardware(TABLE.splitlines()) == {"172.17.0.5": "6e:df:2b:62:88:c7", "172.17.255.9": "6e:df:2b:62:88:c7"}
    assert hardware([]) == {}


class Clock:
    """Seconds that pass only while a question is asked: one each."""

    def __init__(self, answers: Iterable[bool]) -> None:
        self.now = 100.0
        self._answers = iter(answers)

    def time(self) -> float:
        return self.now

    def came(self) -> bool:
        self.now += 1.0
        return next(self._answers)


def seen(monkeypatch: pytest.MonkeyPatch, answers: Iterable[bool], patience: float = 5.0) -> tuple[float, float | None]:
    """Ask from 100 s on about what was begun between 99 s and 99.5 s."""
    clock = Clock(answers)
    monkeypatch.setattr(entrances, "time", clock)
    return since_when(clock.came, Interval(99.0, 99.5), Patience(patience))


def test_a_change_lies_between_the_last_look_without_it_and_the_first_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(monkeypatch, [False, False, True, True, True]) == (1.5, 4.0)
    assert seen(monkeypatch, [True, True, True]) == (0.0, 2.0)


def test_an_answer_before_another_failure_is_not_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seen(monkeypatch, [False, True, True, False, True, True, True]) == (3.5, 6.0)


def test_a_change_that_does_not_come_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = seen(monkeypatch, chain([True], repeat(False)), patience=0.3)
    assert high is None
    assert low > 1.0


def left_out(namespaces: Iterable[str], *, workers: int = 2) -> dict[str, str]:
    """Set the scenario up on a cluster with these namespaces, next to this machine; which acts it leaves out, and why."""
    acts: dict[str, str] = {}
    listed = {
        "Namespace": [{"metadata": {"name": name}} for name in namespaces],
        "Node": [{"status": {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}]}}],
    }
    kube = SimpleNamespace(list=lambda kind: {"items": listed[kind]})
    run = SimpleNamespace(kube=kube, workers=[f"worker{number}" for number in range(workers)])
    stage = SimpleNamespace(run=run, leave_out=acts.__setitem__, apply=lambda: None)
    scenario = asked_by(checkout() / "suites" / "outside" / "test_served.py")[0].scenario
    assert scenario.setup
    scenario.setup(stage)  # type: ignore[arg-type]
    return acts


def test_a_cluster_without_the_addons_is_told_how_to_get_them() -> None:
    with pytest.raises(NotAsked, match=r"neither MetalLB nor Contour; `skeptic up .*--with metallb,contour`"):
        left_out(["default"])
    with pytest.raises(NotAsked, match="one worker"):
        left_out(["metallb-system", "projectcontour"], workers=1)


def test_an_act_whose_addon_is_missing_is_left_out() -> None:
    assert left_out(["projectcontour"]).keys() == {"announcer dies"}
    assert "no MetalLB; `skeptic up" in left_out(["projectcontour"])["announcer dies"]
    assert "no Contour; `skeptic up" in left_out(["metallb-system"])["pod moves"]


def test_an_address_that_this_machine_cannot_see_announced_is_not_asked() -> None:
    """127.0.0.1 is in no table of neighbours."""
    assert list(left_out(["metallb-system", "projectcontour"])) == ["announcer dies"]
