"""Reading all settings of a cluster, live, each from the component or node in which it is in force, for the bounds of claims.

Nothing is guessed: a setting that could not be read is kept with the reason, and a claim that needs it is not judged. Defaults
are used only for flags that a component does not set on a command line that *was* read.

===============  ========================================================================================
``per_node``     settings with a value for each node
``controllers``  arguments and version of the leading kube-controller-manager
``kubelets``     /configz of every kubelet
``proxies``      /configz of the kube-proxy that runs on each node
``dns``          the live Corefile
===============  ========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kubeskeptic.errors import SkepticError
from kubeskeptic.kube.handle import Kube
from kubeskeptic.kube.settings import controllers, dns, kubelets, proxies
from kubeskeptic.kube.settings.dns import cluster_domain
from kubeskeptic.kube.settings.kubelets import versions as kubelet_versions
from kubeskeptic.kube.settings.per_node import MALFORMED, Found, IntoNodes, Unread, ask_each, in_words, of_nodes
from kubeskeptic.settings import Setting, Settings

__all__ = ["cluster_domain", "kubelet_versions", "read_settings"]


SYN_SENT = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_syn_sent"
Reader = Callable[[], Iterable[Setting | Unread]]


def read_settings(kube: Kube, access: IntoNodes, *, ours: bool = True) -> Settings:
    """Return the settings of this cluster, and why others could not be read.

    :param access: access to nodes; settings known only to nodes are missing where it fails
    :param ours: whether the cluster is ours: missing settings then make claims *inconclusive*, not *skipped*
    :raises Unanswered: when the API server does not answer
    """
    nodes = sorted(node["metadata"]["name"] for node in kube.list("Node")["items"])
    readers: list[tuple[tuple[str, ...], Reader]] = [
        (controllers.NAMES, lambda: controllers.read(kube)),
        (kubelets.NAMES, lambda: kubelets.read(kube, nodes)),
        (proxies.NAMES, lambda: proxies.read(kube, nodes, access)),
        (dns.NAMES, lambda: dns.read(kube)),
        (("SYN_SENT",), lambda: _syn_sent(nodes, access)),
    ]
    settings: dict[str, Setting] = {}
    missing: dict[str, str] = {}
    for names, reader in readers:
        try:
            for one in reader():
                if isinstance(one, Unread):
                    missing[one.name] = one.reason
                else:
                    settings[one.name] = one
        except (SkepticError, *MALFORMED) as why:
            unread = (name for name in names if name not in settings and name not in missing)
            missing |= {name: in_words(why) for name in unread}
    return Settings(settings, missing, readable=ours)


def _syn_sent(nodes: Iterable[str], access: IntoNodes) -> Found:
    """Yield the seconds for which each node's kernel remembers a connection that was never answered.

    Source: https://docs.kernel.org/networking/nf_conntrack-sysctl.html
    """
    values, silent = ask_each(nodes, lambda node: float(access.run(node, ["cat", SYN_SENT])))
    yield from of_nodes("SYN_SENT", values, silent, "nf_conntrack_tcp_timeout_syn_sent")
