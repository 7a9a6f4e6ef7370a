"""Logs, events and states of a scenario, taken before anything is undone: what is left of them afterwards explains nothing.

Verdicts come later, from the recording. So it is taken always, and kept when a claim of the scenario turns out violated or
inconclusive. Taking it is bounded in time, goes through the one redaction filter, and never stops what comes after it: what
could not be had is listed with the reason.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubeskeptic.durations import EVIDENCE, EVIDENCE_READ
from kubeskeptic.errors import SkepticError
from kubeskeptic.findings import Verdict
from kubeskeptic.journal import read
from kubeskeptic.redaction import redact

if TYPE_CHECKING:
    from kubeskeptic.runs import Run

FOLDER = "evidence"
LINES = 200
"""Of each log, its last ones."""
AT_ONCE = 8
KINDS = ("Pod", "Service", "EndpointSlice", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
"""Whose states are taken, in the scenario's namespace."""
SYSTEM = "kube-system"
SYSTEM_APPS = ("kube-proxy", "kube-dns")
"""Whose logs are taken in kube-system, by their label ``k8s-app``."""

Piece = tuple[str, Callable[[], str]]
"""A file's name, and how to get its text."""


def take(run: Run, scenario: str, namespace: str, act: str, before: str) -> None:
    """Take everything now, into a folder of its own below the run's, and tell the journal.

    :param before: what is about to happen, for people: "undoing crash_node"
    """
    began = time.monotonic()
    place = _new_place(run.folder, Path(FOLDER) / scenario / _file_name(f"{act} {before}"))
    folder = run.folder / place
    folder.mkdir(parents=True)
    pieces, missing = _pieces(run, namespace)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="evidence") as pool:
        asked = [(name, pool.submit(get)) for name, get in pieces]
        for name, answer in asked:
            try:
                left = max(EVIDENCE.seconds - (time.monotonic() - began), 0.0)
                text = answer.result(timeout=left)
                (folder / name).write_text(redact(text), encoding="utf-8", errors="replace")
            except Late:
                answer.cancel()
                missing.append(f"{name}: not within {EVIDENCE.seconds:g} s")
            except (SkepticError, OSError) as error:
                missing.append(f"{name}: {error}")
        pool.shutdown(wait=False, cancel_futures=True)
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


def _new_place(below: Path, wanted: Path) -> Path:
    """The place, or with a number where there is one of this name: an act may have two faults of a kind."""
    places = chain([wanted], (wanted.with_name(f"{wanted.name}-{number}") for number in count(2)))
    return next(place for place in places if not (below / place).exists())


def _pieces(run: Run, namespace: str) -> tuple[list[Piece], list[str]]:
    """What there is to be had, and what could not even be listed."""
    found: list[Piece] = [(f"{kind.lower()}s.json", _states(run, kind, namespace)) for kind in KINDS]
    found.append(("nodes.json", _states(run, "Node", None)))
    found.append(("events.txt", lambda: _events(run, (namespace, "default"))))
    missing: list[str] = []
    for where, labels in ((namespace, ""), *((SYSTEM, f"k8s-app={app}") for app in SYSTEM_APPS)):
        try:
            for pod in run.kube.list("Pod", where, labels=labels)["items"]:
                found += _logs(run, where, pod)
        except SkepticError as error:
            missing.append(f"pods of {where}: {error}")
    return found, missing


def _states(run: Run, kind: str, namespace: str | None) -> Callable[[], str]:
    def listed() -> str:
        items = run.kube.list(kind, namespace)["items"]
        for item in items:
            item["metadata"].pop("managedFields", None)
        return json.dumps(redact(items), indent=1)

    return listed


def _events(run: Run, namespaces: Iterable[str]) -> str:
    events = [event for namespace in namespaces for event in run.kube.list("Event", namespace)["items"]]
    return "".join(sorted(_line(event) for event in events))


def _line(event: Mapping[str, Any]) -> str:
    about = event.get("involvedObject", {})
    when = event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp")
    what = f"{about.get('kind')} {about.get('name')}"
    return f"{when} {event.get('type')} {event.get('reason')} {what}: {event.get('message')}\n"


def _logs(run: Run, namespace: str, pod: Mapping[str, Any]) -> Iterator[Piece]:
    name = pod["metadata"]["name"]
    for status in pod.get("status", {}).get("containerStatuses") or ():
        yield f"{name}.{status['name']}.log", _log(run, namespace, name, status["name"], previous=False)
        if status.get("restartCount"):
            yield f"{name}.{status['name']}.before.log", _log(run, namespace, name, status["name"], previous=True)


def _log(run: Run, namespace: str, pod: str, container: str, *, previous: bool) -> Callable[[], str]:
    return lambda: run.kube.logs(namespace, pod, container, previous=previous, tail=LINES, timeout=EVIDENCE_READ)


def keep_what_explains(folder: Path) -> None:
    """Drop the evidence of scenarios all of whose claims hold or were skipped; called when a run is over."""
    bad = {Verdict.VIOLATED, Verdict.INCONCLUSIVE}
    needed: set[str] = set()
    taken: list[Mapping[str, Any]] = []
    for record in read(folder / "journal.jsonl"):
        if record["kind"] == "finding" and record["verdict"] in bad:
            needed.add(record["scenario"])
        elif record["kind"] == "scenario" and record.get("why"):
            needed.add(record["id"])
        elif record["kind"] == "evidence":
            taken.append(record)
    for one in taken:
        if one["scenario"] not in needed:
            shutil.rmtree(folder / one["folder"], ignore_errors=True)
    for empty in sorted((folder / FOLDER).rglob("*"), reverse=True) if taken else ():
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()
    if taken and not any((folder / FOLDER).iterdir()):
        (folder / FOLDER).rmdir()


def _file_name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
