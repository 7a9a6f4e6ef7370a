"""What a cluster is asked to be, beside what one is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.clusters import cluster
from kubeskeptic.clusters.options import DEFAULTS, Requested, completed, description, differences
from kubeskeptic.errors import BadInput

QUICK = {**DEFAULTS, "kubernetes": "v1.37.2", "profile": "quick"}


def test_what_is_not_asked_for_is_as_it_is() -> None:
    assert differences(Requested().given(), QUICK) == ""


def test_what_is_asked_for_and_there_is_no_difference() -> None:
    assert differences(Requested("v1.37.2", 3, "quick", "iptables").given(), QUICK) == ""


def test_each_difference_is_named() -> None:
    said = differences(Requested("v1.36.3", 1, "default").given(), QUICK)
    assert said == "kubernetes v1.37.2, workers 3, profile quick, not kubernetes v1.36.3, workers 1, profile default"


def test_only_what_is_not_by_default_is_described() -> None:
    assert description({**DEFAULTS, "profile": "quick", "workers": "1"}) == "workers 1, profile quick"
    assert description({"workers": "3"}) == ""


def test_a_broken_cluster_is_made_as_it_was_unless_asked_otherwise() -> None:
    assert completed({}, QUICK) == QUICK
    assert completed({"profile": "default"}, QUICK) == {**QUICK, "profile": "default"}
    assert completed({}, {}) == DEFAULTS


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "kind: Cluster\nnetworking: {kubeProxyMode: nftables}\nnodes: [{}, {role: worker}, {role: worker}]\n"
    )
    return file


def test_a_file_says_how_many_workers_and_which_mode(config: Path) -> None:
    made = completed(Requested(config=config).given(), {})
    assert (made["workers"], made["proxy mode"]) == ("2", "nftables")
    assert completed(Requested(config=config, proxy_mode="iptables").given(), {})["proxy mode"] == "iptables"


def test_a_changed_file_is_another_one(config: Path) -> None:
    made = completed(Requested(config=config).given(), {})
    assert differences(Requested(config=config).given(), made) == ""
    config.write_text(config.read_text() + "# changed\n")
    assert differences(Requested(config=config).given(), made).startswith(f"config {config}")


def test_a_number_of_workers_replaces_an_older_file(config: Path) -> None:
    before = completed(Requested(config=config).given(), {})
    assert completed({"workers": "1"}, before)["config"] == ""


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Requested(workers=0), "must be from 1 to 20"),
        (Requested(workers=21), "must be from 1 to 20"),
        (Requested(workers=1, config=Path("x")), "remove --workers"),
        (Requested(profile="fast"), "--profile is one of default, quick"),
        (Requested(proxy_mode="ipvs"), "--proxy-mode is one of iptables, nftables"),
    ],
)
def test_what_no_cluster_can_be_is_refused(asked: Requested, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        asked.check()


def test_nodes_are_named_as_kind_names_them() -> None:
    assert cluster.node_names("c", 3) == ("c-control-plane", "c-worker", "c-worker2", "c-worker3")
