"""Name lookups as a pod makes them: by the C library, with the name servers and search list of the pod's resolv.conf."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from kubeskeptic.durations import CONTAINERS_BACK, PROBE_DEADLINE
from kubeskeptic.errors import ClusterError, Inconclusive
from kubeskeptic.objects import identity, is_ready, node_of, ours
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
_REACH = """
import http.client, json, sys
try:
    asked = http.client.HTTPConnection(sys.argv[1], 80, timeout=float(sys.argv[2]))
    asked.request("GET", "/")
    said = json.loads(asked.getresponse().read())
    print("/".join(said[one] for one in ("namespace", "pod", "uid")))
except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
    print("")
"""
_COPIED = ("name", "image", "args", "ports", "readinessProbe", "env")
"""Fields of the container that a copy of the pod has."""


class Lookups:
    """Lookups from pods of a scenario.

    :param app: the app whose first Ready pod makes the lookups
    :raises Inconclusive: when no pod of the app is Ready
    """

    def __init__(self, stage: Stage, app: str) -> None:
        ready = stage.pods(app)
        if not ready:
            raise Inconclusive(f"no pod of {app} is Ready")
        self._stage, self._app = stage, app
        self._pod = ready[0]

    def up(self, name: str, *, of: str = "") -> str:
        """Return the addresses of a name, joined by commas; empty when it has none, ``unanswered`` when no server answers.

        :param of: another pod to look up from, or another namespace, whose pod of the same app is used
        :raises CommandFailed: when the lookup cannot run in the pod
        """
        return self._run(of, _LOOK_UP, name)

    def reach(self, name: str, *, of: str = "") -> str:
        """Send an HTTP request to port 80 of a name; return the pod that answered, as ``namespace/name/uid``, else nothing.

        :param of: another namespace, whose pod of the same app sends it
        :raises CommandFailed: when the command cannot run in the pod
        """
        return self._run(of, _REACH, name, f"{PROBE_DEADLINE:g}")

    def _run(self, of: str, script: str, *arguments: str) -> str:
        pod, namespace = str(self._pod["metadata"]["name"]), self._stage.namespace
        if of and of.startswith(self._app):
            pod = of
        elif of:
            pod, namespace = self._app, of
        return self._stage.run.kube.exec(
            namespace, pod, self._container(), ("python3", "-c", script, *arguments)
        ).strip()

    def resolver(self) -> dict[str, Any]:
        """Return the settings in the pod's resolv.conf.

        ``search`` is the part of the list that Kubernetes documents, with NAMESPACE and DOMAIN in place of their names;
        ``added by the node`` is whether the rest of the list is the node's; ``ndots`` is the option of that name.
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
        """Return the resolv.conf that the kubelet of the pod's node gives to pods: the file named in its configuration."""
        node, run = node_of(self._pod), self._stage.run
        configured = json.loads(run.kube.get_raw(f"/api/v1/nodes/{node}/proxy/configz"))["kubeletconfig"]
        return run.site.in_node(node, "cat", configured.get("resolvConf") or "/etc/resolv.conf")

    def service(self, namespace: str, name: str) -> str:
        """Create a Service without pods, and return its address."""
        spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
        made = self._stage.run.kube.create(
            {"apiVersion": "v1", "kind": "Service", "metadata": self._named(namespace, name), "spec": spec}
        )
        return str(made["spec"]["clusterIP"])

    def neighbour(self, namespace: str, service: str) -> tuple[str, str]:
        """Create a Service, a pod behind it and a copy of the pod in another namespace; return, once both pods are Ready, the
        Service's address and the pod behind it as ``namespace/name/uid``.
        """
        address, kube = self.service(namespace, service), self._stage.run.kube
        containers = [{key: one[key] for key in _COPIED if key in one} for one in self._pod["spec"]["containers"]]
        policy = {"dnsPolicy": self._pod["spec"]["dnsPolicy"], "terminationGracePeriodSeconds": 1}
        both = (service, self._app)
        for name in both:
            metadata = self._named(namespace, name)
            metadata["labels"] = metadata["labels"] | {"app": name}
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": policy | {"containers": containers}}
            create = partial(kube.create, pod)
            until(create, CONTAINERS_BACK, what=f"a pod of {namespace}", tolerate=(ClusterError,))
        self._stage.wait(
            lambda: all(is_ready(kube.get("Pod", name, namespace)) for name in both),
            CONTAINERS_BACK,
            f"the pods {' and '.join(both)} of {namespace}",
        )
        return address, identity(kube.get("Pod", service, namespace))

    def _container(self) -> str:
        return str(self._pod["spec"]["containers"][0]["name"])

    def _named(self, namespace: str, name: str) -> dict[str, Any]:
        return {"name": name, "namespace": namespace, "labels": ours(self._stage.run.id)}


def _words(lines: list[str], keyword: str) -> list[str]:
    """Return the values in the last line of resolv.conf with a keyword, which overrides earlier ones (resolv.conf(5))."""
    found = [line.split()[1:] for line in lines if line.split()[:1] == [keyword]]
    return found[-1] if found else []
