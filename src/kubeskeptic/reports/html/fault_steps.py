"""Actions on the cluster: every fault of a finding, with the times of its phases and the evidence for each."""

from __future__ import annotations

from kubeskeptic.reports.drawing.scene import Scene
from kubeskeptic.reports.html.markup import Markup, el, join
from kubeskeptic.reports.wording import after, plain
from kubeskeptic.timeline import FaultSpan

_PHASES = {
    "intent": "intent recorded",
    "armed": "dead man's switch armed",
    "applying": "applying",
    "applied": "applied",
    "bit": "seen to bite",
    "undoing": "undoing",
    "undone": "undone",
    "healed": "seen to have healed",
    "disarmed": "switch disarmed",
    "done": "done",
    "failed": "failed",
}


def fault_steps(scene: Scene) -> Markup | None:
    """Return the faults of a drawing as lists; None when there were none."""
    if not scene.faults:
        return None
    return join(*(_fault(fault, scene.zero) for fault in scene.faults))


def _fault(fault: FaultSpan, zero: float) -> Markup:
    steps = sorted(fault.phases.items(), key=lambda phase: phase[1])
    settings = ", ".join(f"{plain(str(name))} {value}" for name, value in fault.settings.items())
    return el(
        "section",
        el("h5", fault.says or plain(fault.fault)),
        el("p", f"{fault.fault} on {', '.join(fault.targets)}", f" ({settings})" if settings else None, class_="note"),
        el("ol", *(_step(fault, phase, at - zero) for phase, at in steps), class_="steps"),
        class_="deed",
    )


def _step(fault: FaultSpan, phase: str, at: float) -> Markup:
    evidence = fault.evidence.get(phase)
    return el(
        "li",
        el("span", after(at)),
        el("span", _PHASES.get(phase, phase), f": {evidence}" if evidence else None),
    )
