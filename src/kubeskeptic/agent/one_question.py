"""One question asked by a workload, to show what a client in that pod sees, at its localhost or anywhere else.

The agents ask from pods of their own. Questions about two containers of one pod, or about a pod and its own service, are asked
from within the pod.
"""

from __future__ import annotations

import asyncio
from typing import Any

from kubeskeptic.agent.probes import Readiness, prober_for
from kubeskeptic.agent.question import Deadlines, Ending, Question
from kubeskeptic.agent.spec import Spec


async def ask_once(spec: Spec) -> dict[str, Any]:
    """Ask one question, and return its ``outcome``, ``by``, ``took`` (seconds), source ``port`` and ``reason``.

    :raises BadSpec: when it cannot be asked
    """
    ended: asyncio.Future[tuple[Question, float, Ending]] = asyncio.get_running_loop().create_future()
    readiness, deadlines = Readiness(), Deadlines(spec.deadline)
    try:
        prober = prober_for(spec, readiness)
        question = Question(0, lambda *seen: ended.set_result(seen))
        deadlines.add(question)
        prober.ask(question)
        _, took, ending = await ended
        prober.close()
    finally:
        deadlines.drop()
        readiness.close()
    seen = {"outcome": str(ending.outcome), "by": ending.by, "reason": ending.reason}
    return seen | {"took": round(took, 6), "port": question.port}
