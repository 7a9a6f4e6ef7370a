"""The current state of a scenario's namespace: its pods, services and names."""

from __future__ import annotations

from typing import Any

from kubeskeptic.errors import Forbidden, Inconclusive
from kubeskeptic.runs import Run
from kubeskeptic.settings import Settings
from kubeskeptic.timeline.foreign_endpoints import SERVICE
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of, restarts
from kubeskeptic.timeline.pod_settings import pod_settings
from kubeskeptic.timeline.recording import Change

Pod = dict[str, Any]


class NamespaceView:
    """The namespace of a scenario, as the API server shows it at the time of each call."""

    def __init__(self, run: Run, namespace: str) -> None:
        self.run = run
        self.namespace = namespace

    @property
    def settings(self) -> Settings:
        """The cluster's settings, with those that the scenario's pods set themselves, such as EVICT."""
        listed = self.run.kube.list("Pod", self.namespace)["items"]
        return self.run.settings.with_(*pod_settings(Change(0.0, "LISTED", "Pod", pod) for pod in listed))

    def pods(self, app: str) -> list[Pod]:
        """Return the Ready pods with the label ``app``, by name."""
        listed = self.run.kube.list("Pod", self.namespace, labels=f"app={app}")["items"]
        return sorted((pod for pod in listed if is_ready(pod)), key=lambda pod: str(pod["metadata"]["name"]))

    def node_of(self, app: str) -> str:
        """Return the node of the first Ready pod with the label ``app``.

        :raises Inconclusive: when there is none
        """
        for pod in self.pods(app):
            return node_of(pod)
        raise Inconclusive(f"no pod of {app} is Ready")

    def service(self, name: str) -> dict[str, Any]:
        """Return the spec of the Service of this name."""
        return dict(self.run.kube.get("Service", name, self.namespace)["spec"])

    def dns_server(self) -> str:
        """Return the address to which pods send DNS queries: the ClusterIP of kube-dns."""
        return str(self.run.kube.get("Service", "kube-dns", "kube-system")["spec"]["clusterIP"])

    def name_servers(self) -> dict[str, str]:
        """Return the addresses of the Ready CoreDNS pods, by name; empty when listing them is forbidden."""
        try:
            listed = self.run.kube.list("Pod", "kube-system", labels="k8s-app=kube-dns")["items"]
        except Forbidden:
            return {}
        return {str(pod["metadata"]["name"]): ip_of(pod) for pod in listed if is_ready(pod)}

    def name_server_endpoints(self) -> dict[str, str]:
        """Return the addresses of the Ready endpoints of kube-dns, of the IP family of its ClusterIP, by the name of their pod;
        empty when listing EndpointSlices is forbidden.
        """
        family = "IPv6" if ":" in self.dns_server() else "IPv4"
        try:
            listed = self.run.kube.list("EndpointSlice", "kube-system", labels=f"{SERVICE}=kube-dns")["items"]
        except Forbidden:
            return {}
        endpoints = (one for each in listed if each["addressType"] == family for one in each["endpoints"] or ())
        ready = (one for one in endpoints if one.get("conditions", {}).get("ready") is not False)
        return {one["targetRef"]["name"]: one["addresses"][0] for one in ready if one.get("targetRef")}

    def full_name(self, service: str) -> str:
        """Return the full DNS name of one of the scenario's services."""
        return f"{service}.{self.namespace}.svc.{self.run.cluster_domain}."

    def running_again(self, app: str) -> bool:
        """Return whether the pods of an app have been restarted and are Ready."""
        pods = self.run.kube.list("Pod", self.namespace, labels=f"app={app}")["items"]
        return bool(pods) and all(is_ready(pod) and restarts(pod) > 0 for pod in pods)
