"""A synthetic recording of a worker killed the hard way, after what one really looks like."""

from __future__ import annotations

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Finding, Measure, Post, Verdict

from .story import CONTROL, NODES, WORKERS, Story, failing, inconclusive, ready, seconds

CRASH, SEEN, END, BACK = 10.0, 56.9, 100.0, 130.0
WEB = "web-crash"
DEAD = WORKERS[2]
WHY = "its agent died with it"


def tell(story: Story, *, broken_off: bool = False) -> None:
    story.begin([WEB])
    residue = [(at, at + 1.5, 0.07, Outcome.TIMEOUT) for at in (58.0, 63.0, 66.5, 74.0, 79.0, 84.0, 88.0, 95.0)]
    residue += [(at, at + 0.7, 0.04, Outcome.UNREACHABLE) for at in (61.0, 67.0, 82.0)]
    for node in NODES:
        story.samples(
            node, WEB, [(0, CRASH)] if node == DEAD else [(0, END)],
            failing((CRASH, SEEN, 0.43, Outcome.TIMEOUT), *residue[NODES.index(node) :]) if node != DEAD else failing(),
        )  # fmt: skip
    _fault(story, broken_off)
    if broken_off:
        return
    story.write(
        END,
        "gap",
        scenario=story.id,
        source="probe",
        node=DEAD,
        probe="",
        resource="",
        since=story.start + CRASH,
        until=None,
        reason=WHY,
    )
    _changes(story)
    story.act("crash", 0, CRASH - 0.5, END)
    story.end(BACK + 4, 118)
    _findings(story)


def _fault(story: Story, broken_off: bool) -> None:
    times = {"intent": CRASH - 0.3, "armed": CRASH - 0.1, "applying": CRASH, "applied": CRASH + 0.2, "bit": CRASH + 0.9}
    if not broken_off:
        times |= {
            "undoing": BACK,
            "undone": BACK + 0.8,
            "healed": BACK + 3.0,
            "disarmed": BACK + 3.1,
            "done": BACK + 3.2,
        }
    story.fault(
        "crash-node",
        "crash",
        DEAD,
        f"SIGKILL to the node {DEAD}",
        times,
        "the node's kubelet no longer answers, its container is not running",
        "the node is Ready again",
    )


def _changes(story: Story) -> None:
    for node in NODES:
        story.change(0.1, "Node", "LISTED", node, status=ready("True"), spec={})
    pods = [f"web-6f7b9c8d5-{tail}" for tail in ("aaa11", "bbb22")]
    for pod in (*pods, "web-0", "bare"):
        story.change(0.1, "Pod", "LISTED", pod, status=ready("True"))
    taint = {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]}
    story.change(SEEN, "Node", "MODIFIED", DEAD, status=ready("Unknown"), spec={})
    story.change(SEEN + 0.1, "Node", "MODIFIED", DEAD, status=ready("Unknown"), spec=taint)
    for pod in (*pods, "web-0", "bare"):
        story.change(SEEN + 0.2, "Pod", "MODIFIED", pod, status=ready("False"))
    for pod in (*pods, "web-0", "bare"):
        going = {"deletionTimestamp": "2026-11-23T19:21:02Z"}
        story.change(SEEN + 5.1, "Pod", "MODIFIED", pod, metadata=going, status=ready("False"))
    for pod in pods:
        story.change(SEEN + 5.2, "Pod", "ADDED", f"{pod}-again", status={})
        story.change(SEEN + 7.3, "Pod", "MODIFIED", f"{pod}-again", status=ready("True"))


def _findings(story: Story) -> None:
    alive = (CONTROL, *WORKERS[:2])
    window = story.window(CRASH - 4, END)
    routing = seconds(58, "GRACE 50 + MONITOR 5 + SYNC 1 + margin 2")
    story.finding(
        140, "service.node-dies", "crash", Post.QUALIFIED,
        Finding(
            Verdict.HOLDS, "Requests from the other nodes failed 43 % of the time for 46.9 s; routing was right then, "
            "clients were not for another 40 s, because connections that reused a source port met a stale conntrack entry.",
            {"routing wrong": Measure(46.9, "s"), "clients still failing": Measure(87.1, "s"),
             "worst share lost": Measure(0.66, ""), "requests lost": Measure(3044, "requests")},
            {"routing wrong": routing, "clients still failing": seconds(178, "the above + SYN_SENT 120"),
             "worst share lost": Bound(0.67, "", "2 of 3 endpoints on the dead node")},
            alive, window, (WEB,),
            decisive=("worker2 at +46.9 s: the last request lost on a port that had not failed before",
                      "control-plane at +87.1 s: the last request lost at all, its port had failed at +12.4 s"),
        ),
    )  # fmt: skip
    story.finding(
        141,
        "loop.node-health",
        "",
        Post.QUALIFIED,
        Finding(
            Verdict.HOLDS,
            "The node was marked Unknown 46.9 s after its crash and its pods were evicted 5.1 s later; "
            "the Node object stayed.",
            {"until Unknown": Measure(46.9, "s"), "not before": Measure(46.9, "s")},
            {
                "until Unknown": seconds(57, "GRACE 50 + MONITOR 5 + margin 2"),
                "not before": Bound(40, "s", "GRACE 50 − LEASE 10", at_least=True),
            },
            (DEAD,),
            window,
        ),
    )
    story.finding(
        142,
        "replicaset.count",
        "node",
        Post.QUALIFIED,
        Finding(
            Verdict.HOLDS,
            "Two of three replicas were missing until 54.2 s after the crash.",
            {"missing": Measure(54.2, "s")},
            {"missing": seconds(64.1, "GRACE 50 + MONITOR 5 + EVICT 5 + START 2.1 + margin 2")},
            (),
            window,
        ),
    )
    story.finding(
        143,
        "pod.bare-dies-with-node",
        "",
        None,
        Finding(
            Verdict.SKIPPED, "This cluster is adopted at the risk level own-namespace; crashing a node needs node."
        ),
    )
    story.finding(
        144,
        "statefulset.order",
        "",
        None,
        inconclusive("The fault did not bite: the node answered all through the 30 s that followed."),
    )
