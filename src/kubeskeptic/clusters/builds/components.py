"""The components of a cluster, and the module from which each is built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kubeskeptic.clusters.builds.golang import GoBuild
from kubeskeptic.errors import BadInput

KUBERNETES = (
    "kubeadm",
    "kubelet",
    "kubectl",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
)
IN_IMAGES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
PLUGINS = {
    "bridge": "main",
    "ptp": "main",
    "loopback": "main",
    "host-local": "ipam",
    "portmap": "meta",
    "bandwidth": "meta",
}
_CONSTANTS = {"coredns": "CoreDNSVersion", "etcd": "DefaultEtcdVersion"}


def kubernetes(version: str) -> GoBuild:
    """Return the build of Kubernetes' own programs at a version such as ``v1.37.2``.

    :raises BadInput: when the text is not a version
    """
    major, minor, patch = [*version.removeprefix("v").split("."), "", ""][:3]
    if not version.startswith("v1.") or not minor.isdigit() or not patch[:1].isdigit():
        raise BadInput(f"“{version}” is not a Kubernetes version; use the form v1.37.2")
    stamp = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return GoBuild(
        name="kubernetes",
        module="k8s.io/kubernetes",
        version=version,
        programs={name: f"k8s.io/kubernetes/cmd/{name}" for name in KUBERNETES},
        stamps={
            f"{package}.{name}": value
            for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
            for name, value in stamp.items()
        },
        seconds=420,
    )


def coredns(version: str) -> GoBuild:
    """Return the build of the cluster's name server."""
    module = "github.com/coredns/coredns"
    return GoBuild("coredns", module, version, {"coredns": module}, seconds=94)


def etcd(version: str) -> GoBuild:
    """Return the build of the cluster's store; ``version`` is etcd's, without the suffix of the image's tag."""
    module = "go.etcd.io/etcd/server/v3"
    return GoBuild("etcd", module, version, {"etcd": module}, seconds=20)


def plugins() -> GoBuild:
    """Return the build of the standard network plugins that containerd calls."""
    module = "github.com/containernetworking/plugins"
    return GoBuild(
        "cni-plugins",
        module,
        "v1.9.1",
        {name: f"{module}/plugins/{kind}/{name}" for name, kind in PLUGINS.items()},
        seconds=8,
    )


def provisioner() -> GoBuild:
    """Return the build of the provisioner that creates volumes from folders on nodes."""
    module = "github.com/rancher/local-path-provisioner"
    return GoBuild("local-path-provisioner", module, "v0.0.30", {"local-path-provisioner": module}, seconds=55)


def metrics_server() -> GoBuild:
    """Return the build of the metrics API server: CPU and memory usage of pods and nodes, for autoscalers."""
    module = "sigs.k8s.io/metrics-server"
    return GoBuild("metrics-server", module, "v0.9.0", {"metrics-server": f"{module}/cmd/metrics-server"}, seconds=60)


def kube_router() -> GoBuild:
    """Return the build of our own nodes' NetworkPolicy enforcer. Its router and service proxy are included but not run."""
    module = "github.com/cloudnativelabs/kube-router/v2"
    return GoBuild("kube-router", module, "v2.1.0", {"kube-router": f"{module}/cmd/kube-router"}, seconds=100)


def metallb() -> GoBuild:
    """Return the build of MetalLB: addresses for Services of type LoadBalancer, announced on the nodes' network."""
    module = "go.universe.tf/metallb"
    programs = {name: f"{module}/{name}" for name in ("controller", "speaker")}
    return GoBuild("metallb", module, "v0.15.2", programs, seconds=60)


def contour() -> GoBuild:
    """Return the build of an ingress controller, which configures in Envoy which host is routed to which endpoints."""
    module = "github.com/projectcontour/contour"
    return GoBuild("contour", module, "v1.33.8", {"contour": f"{module}/cmd/contour"}, seconds=60)


def kind() -> GoBuild:
    """Return the build of kind, which creates clusters of containers, for machines without a package of it."""
    return GoBuild("kind", "sigs.k8s.io/kind", "v0.33.0", {"kind": "sigs.k8s.io/kind"}, seconds=15)


OF_EVERY_NODE = (provisioner(), plugins())
"""Parts of every node image, in addition to Kubernetes."""
OPTIONAL = (kube_router(), metrics_server())
"""Parts of every node image on machines that can build them."""


def asked_for(tags: Mapping[str, str]) -> list[GoBuild]:
    """Return the builds of CoreDNS and etcd at the versions in their images' tags, as far as the tags are known."""
    return [coredns(tag) if name == "coredns" else etcd(etcd_version(tag)) for name, tag in tags.items()]


@dataclass(frozen=True)
class Named:
    """An image that kubeadm requires: its full reference, the last part of its name, and its tag."""

    reference: str
    name: str
    tag: str


def named(listing: str) -> dict[str, Named]:
    """Return the images in the output of ``kubeadm config images list``, by name."""
    found = {}
    for reference in listing.split():
        path, _, tag = reference.rpartition(":")
        name = path.rsplit("/", 1)[-1]
        found[name] = Named(reference, name, tag)
    return found


def named_in(constants: str) -> dict[str, str]:
    """Return the tags of CoreDNS and etcd that a kubeadm requires, from its source file ``constants.go``; empty if not found.

    They are needed before kubeadm is built, so that both can be built at the same time as kubeadm.
    """
    found = {name: re.search(rf'\b{variable} = "([^"]+)"', constants) for name, variable in _CONSTANTS.items()}
    return {name: match[1] for name, match in found.items() if match}


def etcd_version(tag: str) -> str:
    """Return etcd's version from an image tag: ``v3.7.0`` for ``3.7.0-0``."""
    return "v" + tag.removeprefix("v").partition("-")[0]
