"""Try mutants, and say which survived."""

from __future__ import annotations

import ast
import difflib
import fcntl
import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from cosmic_ray import plugins
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tests.mutants import trial
from tests.mutants.covering import Covering, Only
from tests.mutants.population import PACKAGE, modules, mutants

FOLDER = Path(".mutants").resolve()
KILLED = {1, 2, 3, -signal.SIGXCPU, -signal.SIGKILL}
"""pytest's exit statuses when a test failed, when tests could not be collected, and when the plug-in broke; and what ends a
trial that uses too much CPU."""
NO_TESTS, CONFTEST = 4, "ImportError while loading conftest"
"""pytest's exit status when it could not begin, and what it says where that is the mutant's doing: nothing can be imported."""
UNDECIDED = {WorkerOutcome.SKIPPED, WorkerOutcome.ABNORMAL}
"""No Python, or no answer in time: neither killed nor survived."""

seed_option = click.option("--seed", default=1, show_default=True, help="Draws the order of the mutants.")
only_argument = click.argument("only", nargs=-1)


@click.group()
def main() -> None:
    """Mutation testing of what decides verdicts."""


@main.command()
@seed_option
@click.option("--sample", default=0, help="How many mutants to try; all when 0. What was tried before counts.")
@click.option("--jobs", default=2, show_default=True, help="How many at a time.")
@click.option("--again", is_flag=True, help="Try those again that survived, after tests were added.")
@only_argument
def run(seed: int, sample: int, jobs: int, again: bool, only: Sequence[str]) -> None:
    """Try the mutants of all deciding modules, or ONLY of some, such as `checks/evidence.py`. It goes on where it stopped."""
    FOLDER.mkdir(exist_ok=True)
    lock = (FOLDER / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise click.ClickException(f"another run uses {FOLDER}") from None
    items = mutants(modules(only), seed)[: sample or None]
    with _session(seed) as session:
        done = {item.job_id: result for item, result in session.completed_work_items}
        known = {item.job_id for item in session.work_items}
        session.add_work_items([item for item in items if item.job_id not in known])
    survived = {job for job, result in done.items() if not result.is_killed}
    due = [one for one in items if one.job_id not in done or (again and one.job_id in survived)]
    click.echo(f"{len(items)} mutants, {len(due)} to be tried.")
    trees = [FOLDER / f"tree-{at}" for at in range(jobs)]
    for tree in trees:
        trial.copy(tree)
    trial.warm()
    covering = Covering(trees[0], FOLDER, modules(only))
    workers = [_forked(due[at::jobs], tree, covering, seed) for at, tree in enumerate(trees)]
    for worker in workers:
        os.waitpid(worker, 0)
    _tell(seed, only)


@main.command()
@seed_option
@only_argument
def summary(seed: int, only: Sequence[str]) -> None:
    """Say how many were killed, by module, and show those that survived."""
    _tell(seed, only)


@contextmanager
def _session(seed: int) -> Iterator[WorkDB]:
    with use_db(str(FOLDER / f"seed-{seed}.sqlite"), WorkDB.Mode.create) as session:
        yield session


def _forked(due: Sequence[WorkItem], tree: Path, covering: Covering, seed: int) -> int:
    """Try mutants one after the other in a process of its own."""
    if child := os.fork():
        return child
    parent = os.getppid()
    try:
        for item in due:
            if os.getppid() != parent:
                break  # the run was stopped
            result = _try(item, tree, covering)
            with _session(seed) as session:
                session.set_result(item.job_id, result)
    except BaseException as error:  # noqa: BLE001 - the process ends here, and must not go on as its parent
        click.echo(f"{tree.name}: {error!r}", err=True)
        os._exit(1)
    os._exit(0)


def _try(item: WorkItem, tree: Path, covering: Covering) -> WorkResult:
    """Return whether a test notices a mutant.

    :raises RuntimeError: when pytest could not be asked
    """
    (one,) = item.mutations
    path = tree / one.module_path
    source = path.read_text()
    mutated = mutate_code(source, plugins.get_operator(one.operator_name)(), one.occurrence)
    tests = covering.of(one.module_path, range(one.start_pos[0], one.end_pos[0] + 1))
    if mutated is None or mutated == source or not _parses(mutated):
        return WorkResult(WorkerOutcome.SKIPPED)
    before, after = source.split("\n"), mutated.split("\n")
    diff = "\n".join(difflib.unified_diff(before, after, n=1, lineterm="", fromfile=str(one.module_path)))
    if not tests:
        return WorkResult(WorkerOutcome.NO_TEST, "no test runs it", TestOutcome.SURVIVED, diff)
    path.write_text(mutated)
    try:
        log = tree.with_suffix(".log")
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        status = trial.run(tree, log, ["-x", *files], lambda: [Only(tests)])
    except TimeoutError as why:
        return WorkResult(WorkerOutcome.ABNORMAL, str(why), TestOutcome.INCOMPETENT, diff)
    finally:
        path.write_text(source)
    unusable = status == NO_TESTS and CONFTEST in log.read_text()
    if status not in KILLED | {0} and not unusable:
        raise RuntimeError(f"pytest ended with {status}: see {log}; {item}")
    outcome = TestOutcome.SURVIVED if status == 0 else TestOutcome.KILLED
    return WorkResult(WorkerOutcome.NORMAL, log.read_text()[-2000:], outcome, diff)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _tell(seed: int, only: Sequence[str]) -> None:
    """Print a table by module, and the diff of each mutant that survived."""
    population = mutants(modules(only), seed)
    with _session(seed) as session:
        results: dict[str, WorkResult] = dict(session.results)
    tried = [(one, results[one.job_id]) for one in population if one.job_id in results]
    tried = [(one, result) for one, result in tried if result.worker_outcome not in UNDECIDED]
    survivors = [(one, result) for one, result in tried if not result.is_killed]
    for one, result in sorted(survivors, key=_place):
        click.echo(f"\n{one.mutations[0].operator_name}{_untested(result)}\n{result.diff}")
    every, of, lost = (Counter(map(_module, found)) for found in (population, _items(tried), _items(survivors)))
    click.echo(f"\n{'module':36} killed  tried  mutants")
    for name in sorted(every):
        click.echo(f"{name:36} {of[name] - lost[name]:6} {of[name]:6} {every[name]:8}")
    killed = len(tried) - len(survivors)
    share = f"{100 * killed / len(tried):.1f} %" if tried else "none"
    click.echo(f"{killed} of {len(tried)} were killed ({share}), drawn from {len(population)} by seed {seed}.")


def _items(found: Sequence[tuple[WorkItem, Any]]) -> list[WorkItem]:
    return [one for one, _ in found]


def _module(item: WorkItem) -> str:
    return str(item.mutations[0].module_path.relative_to(PACKAGE))


def _place(found: tuple[WorkItem, Any]) -> tuple[str, tuple[int, int]]:
    return _module(found[0]), found[0].mutations[0].start_pos


def _untested(result: WorkResult) -> str:
    return " (no test runs this line)" if result.worker_outcome == WorkerOutcome.NO_TEST else ""


if __name__ == "__main__":
    main()
