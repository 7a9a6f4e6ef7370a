"""What the API server, kubelets and kube-proxies of a cluster answer about their settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import CommandFailed

if TYPE_CHECKING:
    from .conftest import FakeServer

OLD, THEN, NEW = "2026-11-01T10:00:00Z", "2026-11-01T11:00:00Z", "2026-11-01T12:00:00Z"
SYSTEM = "/api/v1/namespaces/kube-system"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager"
COREFILE = (
    ".:53 {\n kubernetes cluster.local {\n ttl 30\n }\n cache 30 {\n disable success cluster.local\n }\n reload\n}"
)


class Nodes:
    """A way into nodes: the kernel's timeout of each, and what each kube-proxy has in force."""

    curl = ("curl",)

    def __init__(self) -> None:
        self.syn_sent = {"n1": "120\n", "n2": "120\n"}
        self.proxies: dict[str, Any] = {"n1": {"mode": "", "iptables": {"minSyncPeriod": "1s"}}}
        self.proxies["n2"] = self.proxies["n1"]

    def run(self, node: str, argv: list[str]) -> str:
        if argv[0] == "cat" and node in self.syn_sent:
            return self.syn_sent[node]
        if argv[0] == "curl" and node in self.proxies:
            return json.dumps({"kubeproxy.config.k8s.io": self.proxies[node]})
        raise CommandFailed(argv[0], 1, f"no way into {node}")


def kubelet(lease: int = 40, longest: str = "5m0s", **more: Any) -> dict[str, Any]:
    settings = {"nodeLeaseDurationSeconds": lease, "crashLoopBackOff": {"maxContainerRestartPeriod": longest}}
    return {"kubeletconfig": settings | {"clusterDomain": "cluster.local"} | more}


def manager(node: str, *flags: str, version: str = "v1.37.2") -> dict[str, Any]:
    words = {
        "command": ["kube-controller-manager", *flags],
        "image": f"registry.k8s.io/kube-controller-manager:{version}",
    }
    return {"metadata": {"name": f"manager-{node}"}, "spec": {"nodeName": node, "containers": [words]}}


class Cluster:
    """Two nodes as kubeadm makes them, whose parts a test changes one by one."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.get("/api/v1/nodes", {"items": [node("n1", "10.1.0.0/24"), node("n2", "10.1.1.0/24")]})
        self.get("/version", {"minor": "38+"})
        self.leads("n1", manager("n1", "--cluster-cidr=10.0.0.0/16"))
        for name in ("n1", "n2"):
            self.get(f"/api/v1/nodes/{name}/proxy/configz", kubelet())
            self.get(f"/api/v1/nodes/{name}/proxy/metrics", b"# HELP\n")
            self.get(f"{SYSTEM}/pods/proxy-{name}:10249/proxy/configz", {"message": "connection refused"}, status=503)
        self.config_map("kube-proxy", {"config.conf": "mode: ''\niptables:\n  minSyncPeriod: 7s\n"})
        self.config_map("coredns", {"Corefile": COREFILE})

    def get(self, path: str, body: Any, status: int = 200) -> None:
        self.server.says("GET", path, body, status)

    def leads(self, host: str, *managers: dict[str, Any]) -> None:
        proxies = [pod(f"proxy-{name}", name, THEN) for name in ("n1", "n2")]
        lists = {"component=kube-controller-manager": list(managers), "k8s-app=kube-proxy": proxies}
        lists["k8s-app=kube-dns"] = [pod("coredns-1", "n1", THEN)]
        self.server.lists(f"{SYSTEM}/pods", lists)
        self.get(LEASE, {"spec": {"holderIdentity": f"{host}_9fae"}})

    def config_map(self, name: str, data: dict[str, str] | None, changed: str = OLD) -> None:
        meta = {"creationTimestamp": OLD, "managedFields": [{"time": OLD}, {"time": changed}]}
        self.get(f"{SYSTEM}/configmaps/{name}", {"metadata": meta} | ({"data": data} if data is not None else {}))


def node(name: str, cidr: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"podCIDRs": [cidr]}}


def pod(name: str, on: str, made: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "creationTimestamp": made}, "spec": {"nodeName": on}}
