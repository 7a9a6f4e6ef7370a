"""A Deployment of two pods that is changed at 2 s, its update pod by pod, and what a check says of it; the margin is 2 s."""

from __future__ import annotations

from kubeskeptic.bounds import constant
from kubeskeptic.checks import rolled_over
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import pod, recording, settings


def of(template: str, change: Change) -> Change:
    metadata = change.object["metadata"]
    metadata["labels"]["pod-template-hash"] = template
    name = f"{metadata['labels']['app']}-{template}"
    metadata["ownerReferences"] = [{"kind": "ReplicaSet", "name": name, "uid": name, "controller": True}]
    return change


def deployment(seen: float, generation: int, observed: int, updated: int, *, all_: int = 2) -> Change:
    status = {"observedGeneration": observed, "updatedReplicas": updated, "replicas": all_, "availableReplicas": 2}
    status["readyReplicas"] = min(all_, 2)
    meta = {"name": "web", "uid": "d", "generation": generation, "labels": {"app": "web"}}
    return Change(seen, "MODIFIED", "Deployment", {"metadata": meta, "spec": {"replicas": 2}, "status": status})


OLD = [of("one", pod(0.0, f"old-{n}")) for n in "ab"]
CHANGED, DONE = deployment(2.0, 2, 1, 0), deployment(6.0, 2, 2, 2)
STEPS = [
    of("two", pod(3.0, "new-a", ready=False)),
    of("two", pod(3.5, "new-a")),
    of("one", pod(3.6, "old-a", deleting=True)),
    of("two", pod(4.0, "new-b", ready=False)),
    of("two", pod(5.0, "new-b")),
    of("one", pod(5.1, "old-b", deleting=True)),
    of("one", pod(5.5, "old-a", type="DELETED")),
    of("one", pod(5.9, "old-b", type="DELETED")),
]


def judged(
    *changes: Change, end: float = 20, back: bool = False, unavailable: int = 0, gaps: tuple[Gap, ...] = ()
) -> Finding:
    seen = recording(
        deployment(0.0, 1, 1, 2),
        *OLD,
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        gaps=list(gaps),
        settings=settings(),
    )
    act = Act(seen, ["act"], within=constant("test", 3.0))
    return rolled_over(act, "web", 2, surge=1, unavailable=unavailable, back=back)
