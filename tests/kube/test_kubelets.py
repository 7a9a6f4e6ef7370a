"""What the kubelets say of the cluster: its domain, and their own versions."""

from __future__ import annotations

import pytest

from kubeskeptic.errors import ClusterError
from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import cluster_domain, kubelet_versions
from tests.kube.answers import COREFILE, Cluster, kubelet


def test_the_clusters_domain_is_what_all_kubelets_say(kube: Kube, cluster: Cluster) -> None:
    assert cluster_domain(kube) == "cluster.local"
    for name in ("n1", "n2"):
        cluster.get(f"/api/v1/nodes/{name}/proxy/configz", kubelet(clusterDomain="corp.example."))
    assert cluster_domain(kube) == "corp.example"
    cluster.get("/api/v1/nodes/n2/proxy/configz", kubelet(clusterDomain="other"))
    with pytest.raises(ClusterError, match=r"do not agree on the cluster's domain: corp.example, other"):
        cluster_domain(kube)


def test_the_version_of_every_kubelet_is_what_its_node_says(kube: Kube, cluster: Cluster) -> None:
    nodes = {"n2": "v1.36.3", "n1": "v1.37.2"}
    items = [
        {"metadata": {"name": name}, "status": {"nodeInfo": {"kubeletVersion": version}}}
        for name, version in nodes.items()
    ]
    cluster.get("/api/v1/nodes", {"items": items})
    assert list(kubelet_versions(kube).items()) == [("n1", "v1.37.2"), ("n2", "v1.36.3")]


def test_the_clusters_domain_is_the_corefiles_zone_where_no_kubelet_can_be_asked(kube: Kube, cluster: Cluster) -> None:
    for name in ("n1", "n2"):
        cluster.get(f"/api/v1/nodes/{name}/proxy/configz", {"message": "forbidden"}, status=403)
    cluster.config_map("coredns", {"Corefile": COREFILE.replace("cluster.local", "corp.example")})
    assert cluster_domain(kube) == "corp.example"
    cluster.config_map("coredns", None)
    with pytest.raises(ClusterError, match="no key Corefile"):
        cluster_domain(kube)
