"""What kind is told: defaults, profiles, the user's own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kubeskeptic.clusters.kind import default, of_file, render
from kubeskeptic.errors import BadInput

MINE = """kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {podSubnet: 10.9.0.0/16, kubeProxyMode: nftables}
kubeadmConfigPatches: ["kind: KubeletConfiguration\\nmaxPods: 30\\n"]
nodes:
- role: control-plane
- role: worker
  labels: {zone: a}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE)
    return file


def rendered(config: dict[str, Any], **options: Any) -> dict[str, Any]:
    text = render(config, **{"own_network": False, "cgroups": "2", **options})
    return yaml.safe_load(text)  # type: ignore[no-any-return]


def patch(config: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [each for each in map(yaml.safe_load, config["kubeadmConfigPatches"]) if each["kind"] == kind]
    return found  # type: ignore[no-any-return]


def test_defaults_are_left_alone() -> None:
    assert render(default(2), own_network=False, cgroups="2") == (
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n- role: worker\n- role: worker\n"
    )


def test_what_the_machine_needs_is_said() -> None:
    config = rendered(default(1), own_network=True, cgroups="1")
    assert config["networking"] == {"disableDefaultCNI": True}
    assert patch(config, "KubeletConfiguration")["failCgroupV1"] is False


def test_the_quick_profile_shortens_the_grace_and_renews_leases_as_often_within_it() -> None:
    config = rendered(default(1), profile="quick", version="v1.37.2")
    cluster = patch(config, "ClusterConfiguration")
    manager = {each["name"]: each["value"] for each in cluster["controllerManager"]["extraArgs"]}
    server = {each["name"]: each["value"] for each in cluster["apiServer"]["extraArgs"]}
    assert manager["node-monitor-grace-period"] == "20s"
    assert manager["enable-hostpath-provisioner"] == "true"
    assert server["default-unreachable-toleration-seconds"] == "20"
    lease = patch(config, "KubeletConfiguration")["nodeLeaseDurationSeconds"] / 4
    assert 20 / lease == 50 / 10


def test_before_1_36_kind_writes_arguments_as_a_mapping() -> None:
    cluster = patch(rendered(default(1), profile="quick", version="v1.35.8"), "ClusterConfiguration")
    assert cluster["controllerManager"]["extraArgs"]["node-monitor-grace-period"] == "20s"


def test_a_mode_of_kube_proxy_is_said_when_it_is_another_one() -> None:
    assert rendered(default(1), proxy_mode="nftables")["networking"] == {"kubeProxyMode": "nftables"}
    assert "networking" not in rendered(default(1), proxy_mode="iptables")


def test_the_users_file_keeps_what_it_says(mine: Path) -> None:
    config = rendered(of_file(mine), own_network=True, cgroups="1", proxy_mode="nftables")
    assert config["networking"] == {"podSubnet": "10.9.0.0/16", "kubeProxyMode": "nftables", "disableDefaultCNI": True}
    assert config["nodes"][1] == {"role": "worker", "labels": {"zone": "a"}}
    assert [yaml.safe_load(each) for each in config["kubeadmConfigPatches"]] == [
        {"kind": "KubeletConfiguration", "maxPods": 30},
        {"kind": "KubeletConfiguration", "failCgroupV1": False},
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: Pod", "is not a kind configuration"),
        ("{", "cannot be read"),
        ("kind: Cluster", "at least one worker"),
        ("kind: Cluster\nnodes: [{role: control-plane}, {role: control-plane}, {role: worker}]", "one control plane"),
    ],
)
def test_a_file_that_is_no_use_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadInput, match=says):
        of_file(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml cannot be read"):
        of_file(tmp_path / "none.yaml")


def test_ipv6_is_refused_where_the_network_is_ours(mine: Path) -> None:
    config = of_file(mine) | {"networking": {"ipFamily": "dual"}}
    assert rendered(config)["networking"] == {"ipFamily": "dual"}
    with pytest.raises(BadInput, match="IPv4 only"):
        rendered(config, own_network=True)
