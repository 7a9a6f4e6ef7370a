"""Earlier runs: the link to the last one, and recordings that are judged again.

``reports/latest`` is a link to the last run, or the folder into which an artefact store has turned such a link.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, count
from pathlib import Path

from kubeskeptic.errors import BadInput, NotAsked
from kubeskeptic.journal import read
from kubeskeptic.timeline import Recording, RunEvidence, load

NAME = "latest"


def point(reports: Path, id_: str) -> None:
    """Point ``latest`` at a run, in one step, so that it always points at some run.

    A folder of that name is a copied run: it is renamed after its run and kept.
    """
    latest, fresh = reports / NAME, reports / f".{NAME}-{id_}"
    if latest.is_dir() and not latest.is_symlink():
        latest.rename(_free(reports, run_id(latest) or f"{NAME}-before"))
    fresh.symlink_to(id_)
    fresh.replace(latest)


def newest(reports: Path) -> Path:
    """Return the folder of the last run: the target of ``latest``, or the folder with the last id when there is no such link.

    :raises BadInput: when there is no run
    """
    latest = reports / NAME
    if latest.is_symlink() and (latest / "journal.jsonl").exists():
        return latest.resolve()
    runs = [path.parent for path in reports.glob("*/journal.jsonl") if not path.parent.is_symlink()]
    if not runs:
        raise BadInput(f"no run in {reports}; `pytest` creates one")
    return max(runs, key=lambda folder: run_id(folder) if folder.name == NAME else folder.name)


def run_id(folder: Path) -> str:
    """Return the id of the run whose journal is in a folder; empty when there is none."""
    journal = folder / "journal.jsonl"
    records = read(journal) if journal.exists() else iter(())
    return next((str(record.get("id") or "") for record in records if record["kind"] == "run"), "")


def _free(reports: Path, name: str) -> Path:
    wanted = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(reports / one for one in wanted if not (reports / one).exists())


def recorded(run: Path, scenario: str) -> Recording:
    """Return the recording of one scenario of an earlier run.

    :param run: its folder, or its journal
    :raises BadInput: when the journal cannot be read, is not a journal, or may have lost the scenario
    :raises NotAsked: when that run completed and asked nothing of the scenario
    """
    found = evidence(run)
    if scenario in found.scenarios:
        return found.scenarios[scenario]
    whole = found.ended is not None and found.numbered and not found.damage and not found.torn
    if whole and found.scenarios and all(one.get("scenario") != scenario for one in found.findings):
        raise NotAsked(f"that run asked no case of {scenario}")
    raise BadInput(f"the journal of {run} has no scenario {scenario}; it has {', '.join(found.scenarios) or 'none'}")


@cache
def evidence(run: Path) -> RunEvidence:
    """Return everything in the journal of an earlier run, which is read once."""
    return load(run / "journal.jsonl" if run.is_dir() else run)
