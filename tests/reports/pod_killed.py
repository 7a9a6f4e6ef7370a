"""A synthetic recording of three ways for a pod to go."""

from __future__ import annotations

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Finding, Measure, Post, Verdict

from .story import CONTROL, NODES, PODS, WORKERS, Story, failing, inconclusive, ready, seconds

ACTS = {"graceful": 8.0, "forced": 24.0, "sigkill": 42.0}
WEB, DNS = "web", "web-dns"


def tell(story: Story) -> None:
    story.begin([WEB, DNS])
    for node in NODES:
        late = NODES.index(node) * 0.02
        story.samples(
            node, WEB, [(0, 60)],
            failing((24.18, 24.26 + late, 0.4, Outcome.REFUSED), (42.0, 42.34, 0.3, Outcome.REFUSED),
                    (42.0, 42.1, 0.3, Outcome.RESET)),
        )  # fmt: skip
        story.samples(node, DNS, [(0, 60)], failing())
    _changes(story)
    for act, at in ACTS.items():
        story.act(act, at - 4, at - 0.4, at + 10)
        name = "kill-container" if act == "sigkill" else "delete-pod"
        does = {"graceful": "delete pod", "forced": "delete pod by force", "sigkill": "SIGKILL the container of"}[act]
        times = {
            "intent": at - 0.05,
            "armed": at - 0.03,
            "applying": at,
            "applied": at + 0.04,
            "bit": at + 0.3,
            "undoing": at + 2.1,
            "undone": at + 2.2,
            "healed": at + 2.4,
            "disarmed": at + 2.5,
            "done": at + 2.6,
        }
        story.fault(
            name, act, PODS[1], f"{does} {PODS[1]}", times,
            "the API shows the pod with a deletion timestamp", "three of three endpoints are ready again",
        )  # fmt: skip
    story.end(62, 48)
    _findings(story)


def _changes(story: Story) -> None:
    endpoints = [{"addresses": [f"10.244.{n}.5"], "conditions": {"ready": True}} for n in (1, 2, 3)]
    for pod in PODS:
        story.change(0.1, "Pod", "LISTED", pod, status=ready("True"))
    story.change(0.1, "EndpointSlice", "LISTED", "web-x7k2p", endpoints=endpoints)
    for at, old, new in ((8.0, PODS[1], "web-6f7b9c8d5-new1a"), (24.0, PODS[0], "web-6f7b9c8d5-new2b")):
        going = {"deletionTimestamp": "2026-11-23T19:18:28Z"}
        story.change(at + 0.02, "Pod", "MODIFIED", old, metadata=going, status=ready("True"))
        story.change(at + 0.03, "Pod", "ADDED", new, status={})
        story.change(at + 0.06, "EndpointSlice", "MODIFIED", "web-x7k2p", endpoints=endpoints[:2])
        story.change(at + 1.9, "Pod", "MODIFIED", new, status=ready("True"))
        story.change(at + 1.95, "EndpointSlice", "MODIFIED", "web-x7k2p", endpoints=endpoints)
        story.change(at + (5.8 if at < 10 else 0.05), "Pod", "DELETED", old)
    for at, status, restarts in ((42.5, "False", 0), (43.6, "True", 1)):
        containers = {"containerStatuses": [{"restartCount": restarts}]}
        story.change(at, "Pod", "MODIFIED", PODS[2], status=ready(status) | containers)


def _findings(story: Story) -> None:
    lag = seconds(3.0, "SYNC 1 + margin 2")
    story.finding(
        63, "service.pod-killed", "graceful", Post.QUALIFIED,
        Finding(
            Verdict.HOLDS, "No request of 1 600 failed after the deletion.", {"failed": Measure(0, "requests")},
            {"failed": Bound(0, "requests", "none: the pod sleeps 5 s before it stops")}, tuple(NODES),
            story.window(4, 18), (WEB,),
        ),
    )  # fmt: skip
    for case, at, took in (("forced", 24.0, 0.32), ("sigkill", 42.0, 0.34)):
        story.finding(
            64, "service.pod-killed", case, Post.QUALIFIED,
            Finding(
                Verdict.HOLDS, f"Requests failed for {took} s at most, on four of four nodes.",
                {"longest_outage": Measure(took, "s"), "failed requests": Measure(7, "requests")},
                {"longest_outage": lag}, tuple(NODES), story.window(at - 4, at + 10), (WEB,),
                decisive=(f"worker3 at +{took:.2f} s: the last refused connection, source port 20413",),
            ),
        )  # fmt: skip
    story.finding(
        65, "service.stable", "pods", Post.AGREES,
        Finding(
            Verdict.HOLDS, "12 000 lookups from four nodes named one address, 10.96.14.201, and none failed.",
            {"addresses": Measure(1, "addresses")}, {"addresses": Bound(1, "addresses", "a Service has one ClusterIP")},
            tuple(NODES), story.window(0, 60), (DNS,),
        ),
    )  # fmt: skip
    story.finding(
        66, "heal.crash", "", Post.AGREES,
        Finding(
            Verdict.HOLDS, "The container was running again 1.6 s after its process was killed, with one restart more.",
            {"restarted": Measure(1.6, "s"), "restarts": Measure(1, "restarts")},
            {"restarted": seconds(4.1, "START 2.1 + margin 2")}, (WORKERS[1],), story.window(41, 52), (),
        ),
    )  # fmt: skip
    story.finding(
        67, "replicaset.count", "deletion", Post.QUALIFIED,
        Finding(
            Verdict.VIOLATED, "A replica was missing for 5.3 s after the deletion, 1.2 s longer than a pod takes to start.",
            {"missing": Measure(5.3, "s")}, {"missing": seconds(4.1, "START 2.1 + margin 2")}, (),
            story.window(24, 34), (), decisive=("2 of 3 pods Ready from +0.06 s to +5.36 s",),
        ),
    )  # fmt: skip
    story.finding(
        68,
        "pod.not-stable",
        "",
        None,
        inconclusive(
            "The API watch of Pods was interrupted for 1.4 s just when the new pod appeared.",
            window=story.window(24, 34),
        ),
    )
    story.finding(
        69,
        "proxy.every-node",
        "",
        Post.AGREES,
        Finding(
            Verdict.HOLDS,
            "ClusterIP and NodePort answered through all four nodes; two of them host none of the pods.",
            {"nodes that answered": Measure(4, "nodes")},
            {"nodes that answered": Bound(4, "nodes", "every node", at_least=True)},
            (CONTROL, *WORKERS),
        ),
    )
    story.finding(
        70, "proxy.crosses-nodes", "", Post.CONTRADICTS,
        Finding(
            Verdict.HOLDS, "With nothing moved, 66.4 % of 9 000 answers came from a pod on another node than the one asked.",
            {"answers from other nodes": Measure(66.4, "%")},
            {"answers from other nodes": Bound(1, "%", "any at all", at_least=True)}, tuple(NODES),
        ),
    )  # fmt: skip
