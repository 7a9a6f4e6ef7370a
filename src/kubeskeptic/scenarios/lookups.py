"""Looking names up as a pod does: by the C library, with the name servers and the search list of its resolv.conf."""

from __future__ import annotations

import json
from typing import Any

from kubeskeptic.durations import CONTAINERS_BACK
from kubeskeptic.errors import ClusterError, Inconclusive
from kubeskeptic.objects import is_ready, node_of, ours
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import until

_LOOK_UP = """
import socket, sys
try:
    found = socket.getaddrinfo(sys.argv[1], None, socket.AF_INET, socket.SOCK_STREAM)
except socket.gaierror as error:
    none = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
    print("" if none else "unanswered")
else:
    print(",".join(sorted({one[4][0] for one in found})))
"""


class Lookups:
    """Lookups from pods of a scenario.

    :param app: whose first Ready pod looks up
    :raises Inconclusive: when no pod of it is Ready
    """

    def __init__(self, stage: Stage, app: str) -> None:
        ready = stage.pods(app)
        if not ready:
            raise Inconclusive(f"no pod of {app} is Ready")
        self._stage, self._app = stage, app
        self._pod = ready[0]

    def up(self, name: str, *, of: str = "") -> str:
        """Return the addresses of a name, joined by commas; empty when it has none, ``unanswered`` when no server says.

        :param of: another pod that looks up, or another namespace whose pod of the same app does
        :raises CommandFailed: when the pod cannot look up
        """
        pod, namespace = str(self._pod["metadata"]["name"]), self._stage.namespace
        if of and of.startswith(self._app):
            pod = of
        elif of:
            pod, namespace = self._app, of
        argv = ("python3", "-c", _LOOK_UP, name)
        return self._stage.run.kube.exec(namespace, pod, self._container(), argv).strip()

    def resolver(self) -> dict[str, Any]:
        """Return what the pod's resolv.conf says: ``search`` as Kubernetes documents it, with NAMESPACE and DOMAIN in place of
        their names; whether the rest of the list is the one of the node (``added by the node``); and ``ndots``.
        """
        lines = self._stage.run_in(str(self._pod["metadata"]["name"]), "cat", "/etc/resolv.conf").splitlines()
        search = _words(lines, "search")
        documented, more = search[:3], search[3:]
        node = _words(self._of_the_node().splitlines(), "search")
        domain, namespace = self._stage.run.cluster_domain, self._stage.namespace
        told = [one.replace(namespace, "NAMESPACE").replace(domain, "DOMAIN") for one in documented]
        ndots = [word.partition(":")[2] for word in _words(lines, "options") if word.startswith("ndots:")]
        return {"search": " ".join(told), "added by the node": more == node, "ndots": " ".join(ndots)}

    def _of_the_node(self) -> str:
        """Return the resolv.conf that the kubelet of the pod's node gives its pods: the file that its configuration names."""
        node, run = node_of(self._pod), self._stage.run
        configured = json.loads(run.kube.get_raw(f"/api/v1/nodes/{node}/proxy/configz"))["kubeletconfig"]
        return run.site.in_node(node, "cat", configured.get("resolvConf") or "/etc/resolv.conf")

    def service(self, namespace: str, name: str) -> str:
        """Make a Service without pods, and return its address."""
        spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
        made = self._stage.run.kube.create(
            {"apiVersion": "v1", "kind": "Service", "metadata": self._named(namespace, name), "spec": spec}
        )
        return str(made["spec"]["clusterIP"])

    def neighbour(self, namespace: str, service: str) -> str:
        """Make a Service in another namespace and a copy of the pod, and return the service's address once that is Ready."""
        address = self.service(namespace, service)
        kept = ("name", "image", "args")
        containers = [{key: one[key] for key in kept if key in one} for one in self._pod["spec"]["containers"]]
        spec = {
            "containers": containers,
            "dnsPolicy": self._pod["spec"]["dnsPolicy"],
            "terminationGracePeriodSeconds": 1,
        }
        kube = self._stage.run.kube
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": self._named(namespace, self._app), "spec": spec}
        until(lambda: kube.create(pod), CONTAINERS_BACK, what=f"a pod of {namespace}", tolerate=(ClusterError,))
        self._stage.wait(
            lambda: is_ready(kube.get("Pod", self._app, namespace)),
            CONTAINERS_BACK,
            f"the pod {self._app} of {namespace}",
        )
        return address

    def _container(self) -> str:
        return str(self._pod["spec"]["containers"][0]["name"])

    def _named(self, namespace: str, name: str) -> dict[str, Any]:
        return {"name": name, "namespace": namespace, "labels": ours(self._stage.run.id)}


def _words(lines: list[str], keyword: str) -> list[str]:
    """Return what the last line of resolv.conf with a keyword says: it overrides those before (resolv.conf(5))."""
    found = [line.split()[1:] for line in lines if line.split()[:1] == [keyword]]
    return found[-1] if found else []
