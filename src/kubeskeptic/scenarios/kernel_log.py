"""What the nodes' kernel logs report about containers that the kernel killed for their memory use."""

from __future__ import annotations

from contextlib import suppress

from kubeskeptic.checks.limits import BY_KERNEL
from kubeskeptic.errors import CommandFailed
from kubeskeptic.guard.risk import Risk
from kubeskeptic.objects import containers, node_of
from kubeskeptic.scenarios.stage import Stage


def kernel_log(stage: Stage, app: str) -> dict[str, str]:
    """Return, by pod of an app, what its node's kernel log reports about the last termination of its containers.

    The result is empty where access to nodes is not allowed, and omits pods on nodes whose log cannot be read.
    """
    found: dict[str, str] = {}
    if stage.run.allowed < Risk.NODE:
        return found
    for pod in stage.run.kube.list("Pod", stage.namespace, labels=f"app={app}")["items"]:
        ended = [status.get("lastState", {}).get("terminated") or {} for status in containers(pod).values()]
        ids = [id_ for one in ended if (id_ := str(one.get("containerID", "")).rpartition("/")[2])]
        with suppress(CommandFailed):
            lines = [line for line in stage.run.site.in_node(node_of(pod), "dmesg").splitlines() if "oom-kill:" in line]
            told = any(id_ in line for id_ in ids for line in lines)
            found[str(pod["metadata"]["name"])] = BY_KERNEL if told else "nothing of it"
    return found
