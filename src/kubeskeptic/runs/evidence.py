"""Logs, events and object states of a scenario, collected before a fault is undone, because undoing it changes them.

Verdicts come later, from the recording. So evidence is always collected, and kept when a claim of the scenario is violated or
inconclusive. The collection has one deadline for everything, passes the redaction filter, and does not raise for a missing
piece, which is listed with the reason. A control plane may accept requests and never answer, so requests are sent by threads
that can be abandoned.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from kubeskeptic.durations import EVIDENCE, EVIDENCE_READ
from kubeskeptic.errors import SkepticError
from kubeskeptic.findings import Verdict
from kubeskeptic.kube.resources import BUILT_IN
from kubeskeptic.redaction import redact

if TYPE_CHECKING:
    from kubeskeptic.runs import Run
    from kubeskeptic.timeline import RunEvidence

FOLDER = "evidence"
LINES = 200
"""Number of lines kept from the end of each log."""
AT_ONCE = 8
KINDS = ("Pod", "Service", "EndpointSlice", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
"""Kinds whose states are collected, in the scenario's namespace."""
SYSTEM = "kube-system"
SYSTEM_APPS = ("kube-proxy", "kube-dns")
"""Pods whose logs are collected in kube-system, by their label ``k8s-app``."""

Piece = tuple[str, Callable[[], "str | list[Piece]"]]
"""A file's name and a function that returns its text; or a list's name and a function that returns the pieces of its items."""


def take(run: Run, scenario: str, namespace: str, act: str, before: str) -> None:
    """Collect everything now, in a new folder below the run's, and write an ``evidence`` record to the journal.

    :param before: what is about to happen, as a phrase: "undoing crash_node"
    """
    began = time.monotonic()
    place = _new_place(run.folder, Path(FOLDER) / scenario / _file_name(f"{act} {before}"))
    folder = run.folder / place
    folder.mkdir(parents=True)
    missing: list[str] = []
    for name, answer in _answers(_pieces(run, namespace), began + EVIDENCE.seconds):
        try:
            if isinstance(answer, Exception):
                raise answer
            (folder / name).write_text(redact(answer), encoding="utf-8", errors="replace")
        except (SkepticError, OSError) as error:
            missing.append(f"{name}: {error}")
    run.journal.write(
        "evidence",
        scenario=scenario,
        act=act,
        before=before,
        folder=place.as_posix(),
        files=sum(1 for _ in folder.iterdir()),
        seconds=round(time.monotonic() - began, 2),
        missing=[redact(line)[:300] for line in missing],
    )


def _answers(pieces: Iterable[Piece], deadline: float) -> Iterator[tuple[str, str | Exception]]:
    """Yield the text of each piece, or its error, as they arrive; at the deadline, yield a timeout error for each of the rest.

    :param deadline: on the monotonic clock
    """
    todo: SimpleQueue[Piece | None] = SimpleQueue()
    done: SimpleQueue[tuple[str, str | list[Piece] | Exception]] = SimpleQueue()
    for _ in range(AT_ONCE):
        threading.Thread(target=_ask, args=(todo, done), name="evidence", daemon=True).start()
    waiting: list[str] = []
    more = list(pieces)
    try:
        while more or waiting:
            for piece in more:
                waiting.append(piece[0])
                todo.put(piece)
            name, answer = done.get(timeout=max(deadline - time.monotonic(), 0.0))
            waiting.remove(name)
            more = answer if isinstance(answer, list) else []
            if not isinstance(answer, list):
                yield name, answer
    except Empty:
        yield from ((name, TimeoutError(f"not within {EVIDENCE.seconds:g} s")) for name in waiting)
    finally:
        _stop(todo)


def _ask(todo: SimpleQueue[Piece | None], done: SimpleQueue[tuple[str, str | list[Piece] | Exception]]) -> None:
    while (piece := todo.get()) is not None:
        name, get = piece
        try:
            done.put((name, get()))
        except Exception as error:  # noqa: BLE001  # it is returned in place of the text
            done.put((name, error))


def _stop(todo: SimpleQueue[Piece | None]) -> None:
    """End the threads, each after its current request; no further request is sent."""
    while not todo.empty():
        with suppress(Empty):
            todo.get_nowait()
    for _ in range(AT_ONCE):
        todo.put(None)


def _new_place(below: Path, wanted: Path) -> Path:
    """Return the folder, numbered if it already exists: an act may have two faults of the same kind."""
    places = chain([wanted], (wanted.with_name(f"{wanted.name}-{number}") for number in count(2)))
    return next(place for place in places if not (below / place).exists())


def _pieces(run: Run, namespace: str) -> Iterator[Piece]:
    """Yield the pieces to collect."""
    for kind in KINDS:
        yield f"{kind.lower()}s.json", _states(run, kind, namespace)
    yield "nodes.json", _states(run, "Node", None)
    yield "events.txt", lambda: _events(run, (namespace, "default"))
    yield f"pods of {namespace}", _all_logs(run, namespace, "")
    for app in SYSTEM_APPS:
        yield f"pods of {SYSTEM}, {app}", _all_logs(run, SYSTEM, f"k8s-app={app}")


def _items(run: Run, kind: str, namespace: str | None, labels: str = "") -> list[dict[str, Any]]:
    """Return the items of a list, read with the short timeout for evidence: the usual one is six times the whole budget."""
    resource = BUILT_IN[kind]
    query = {"labelSelector": labels} if labels else None
    listed = json.loads(run.kube.get_raw(resource.path(None, namespace), query=query, timeout=EVIDENCE_READ))
    return [{"apiVersion": resource.version, "kind": kind} | item for item in listed["items"]]


def _states(run: Run, kind: str, namespace: str | None) -> Callable[[], str]:
    def listed() -> str:
        """Return the objects as JSON, without secrets."""
        items = _items(run, kind, namespace)
        for item in items:
            item["metadata"].pop("managedFields", None)
        return json.dumps(redact(items), indent=1)

    return listed


def _events(run: Run, namespaces: Iterable[str]) -> str:
    events = [event for namespace in namespaces for event in _items(run, "Event", namespace)]
    return "".join(sorted(_line(event) for event in events))


def _line(event: Mapping[str, Any]) -> str:
    about = event.get("involvedObject", {})
    when = event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp")
    what = f"{about.get('kind')} {about.get('name')}"
    return f"{when} {event.get('type')} {event.get('reason')} {what}: {event.get('message')}\n"


def _all_logs(run: Run, namespace: str, labels: str) -> Callable[[], list[Piece]]:
    return lambda: [piece for pod in _items(run, "Pod", namespace, labels) for piece in _logs(run, namespace, pod)]


def _logs(run: Run, namespace: str, pod: Mapping[str, Any]) -> Iterator[Piece]:
    name = pod["metadata"]["name"]
    for status in pod.get("status", {}).get("containerStatuses") or ():
        yield f"{name}.{status['name']}.log", _log(run, namespace, name, status["name"], previous=False)
        if status.get("restartCount"):
            yield f"{name}.{status['name']}.before.log", _log(run, namespace, name, status["name"], previous=True)


def _log(run: Run, namespace: str, pod: str, container: str, *, previous: bool) -> Callable[[], str]:
    return lambda: run.kube.logs(namespace, pod, container, previous=previous, tail=LINES, timeout=EVIDENCE_READ)


def keep_what_explains(folder: Path, run: RunEvidence) -> None:
    """Delete the evidence of completed scenarios whose claims all hold or were skipped; called when a run is over.

    :param folder: the run's folder
    """
    bad = {Verdict.VIOLATED, Verdict.INCONCLUSIVE}
    needed = {finding.get("scenario") for finding in run.findings if finding["verdict"] in bad}
    needed |= {recording.id for recording in run.scenarios.values() if recording.broke_off}
    taken = [(recording.id, one) for recording in run.scenarios.values() for one in recording.evidence]
    for scenario, one in taken:
        if scenario not in needed:
            shutil.rmtree(folder / one.folder, ignore_errors=True)
    for empty in sorted((folder / FOLDER).rglob("*"), reverse=True) if taken else ():
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()
    if taken and not any((folder / FOLDER).iterdir()):
        (folder / FOLDER).rmdir()


def _file_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
