"""The order of the steps, and what is left out because it is done."""

from __future__ import annotations

from kubeskeptic.upgrading import plan
from kubeskeptic.upgrading.plan import parse

NEW = parse("v1.37.2")
OLD = {"cp": "v1.36.3", "w1": "v1.36.3", "w2": "v1.36.3"}


def names(kubelets: dict[str, str], server: str = "v1.36.3", skew: str = "", runs: bool = True) -> list[str]:
    return [str(step) for step in plan.steps("cp", ["w1", "w2"], kubelets, server, NEW, skew=skew, runs=runs)]


def test_the_control_plane_comes_first_then_each_worker_by_itself() -> None:
    assert names(OLD) == [
        "run before",
        *("bring images to cp", "bring images to w1", "bring images to w2"),
        *("kubeadm upgrade apply cp", "drain cp", "kubelet cp", "uncordon cp"),
        *("drain w1", "kubeadm upgrade node w1", "kubelet w1", "uncordon w1"),
        *("drain w2", "kubeadm upgrade node w2", "kubelet w2", "uncordon w2"),
        "run after",
    ]


def test_a_worker_that_stays_behind_gets_images_for_kube_proxy_and_nothing_else() -> None:
    assert [name for name in names(OLD, skew="w2") if name.endswith("w2")] == ["bring images to w2"]


def test_what_is_at_the_version_already_is_left_alone() -> None:
    later = names(OLD | {"cp": "v1.37.2", "w1": "v1.37.2"}, server="v1.37.2", runs=False)
    assert later == [
        *("bring images to cp", "bring images to w1", "bring images to w2"),
        *("drain w2", "kubeadm upgrade node w2", "kubelet w2", "uncordon w2"),
    ]
