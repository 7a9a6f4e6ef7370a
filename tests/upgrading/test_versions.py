"""Which upgrades there are, and what is said of the others."""

from __future__ import annotations

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.upgrading.plan import check, parse

NODES = {"cp": "v1.36.3", "w1": "v1.36.3"}


@pytest.mark.parametrize("to", ["v1.37.0", "1.37.2", "v1.36.4"])
def test_a_later_patch_or_the_next_minor_version(to: str) -> None:
    assert str(check("up", "v1.36.3", NODES, to)) == f"v{to.removeprefix('v')}"


@pytest.mark.parametrize(
    ("to", "because"),
    [
        ("v1.36.3", "cluster up already runs v1.36.3"),
        ("v1.36.2", "v1.36.2 is older: Kubernetes has no downgrade"),
        ("v1.35.9", "no downgrade"),
        ("v1.38.0", "skips v1.37: kubeadm upgrades one minor version at a time"),
        ("v1.37", "“v1.37” is not a Kubernetes version"),
        ("latest", "use the form v1.37.2"),
        ("v1.37.0-rc.1", "not a Kubernetes version to upgrade to"),
        ("v2.0.0", "not a Kubernetes version to upgrade to"),
    ],
)
def test_what_is_no_upgrade_is_said_in_one_sentence(to: str, because: str) -> None:
    with pytest.raises(BadInput, match=because):
        check("up", "v1.36.3", NODES, to)


def test_a_worker_that_was_left_behind_can_follow_the_control_plane() -> None:
    assert check("up", "v1.37.2", {"cp": "v1.37.2", "w1": "v1.36.3"}, "v1.37.2") == parse("v1.37.2")


def test_a_worker_that_is_left_behind_again_is_nothing_to_upgrade() -> None:
    with pytest.raises(BadInput, match="already"):
        check("up", "v1.37.2", {"cp": "v1.37.2", "w1": "v1.36.3"}, "v1.37.2", skew="w1")


def test_versions_compare_by_number() -> None:
    assert parse("v1.37.10") > parse("v1.37.9")
