"""``skeptic prove``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from kubeskeptic import clusters, configuration, paths, process
from kubeskeptic.claims import claim
from kubeskeptic.cli import output
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import BadInput, LeftDirty, Refused, SkepticError
from kubeskeptic.findings import Verdict
from kubeskeptic.proving.campaign import Attempt, attempts, unbroken
from kubeskeptic.proving.grades import graded, grades_again, write_grades
from kubeskeptic.proving.performing import Performer, Processes, ProvingCluster
from kubeskeptic.proving.proofs import Proof, journals, judged_again, read_proofs, write_proofs
from kubeskeptic.proving.shared_runs import SharedRun, shared
from kubeskeptic.proving.side_by_side import SideBySide
from kubeskeptic.proving.suites import AskedCase, asked_by, require_known, why_nothing
from kubeskeptic.terminal import Display


@click.command()
@click.argument("claims", nargs=-1, metavar="[CLAIM]...")
@click.option("--sabotage", "only", multiple=True, metavar="ID", help="Only this sabotage. Can be repeated.")
@click.option("--scenario", metavar="ID", help="Only in this scenario.")
@click.option(
    "--suites",
    type=click.Path(path_type=Path, exists=True),
    default=lambda: paths.shipped() / "suites",
    help="The folder of suites, or one file. [default: those of the project]",
)
@click.option("--seed", type=int, help="As for pytest.")
@click.option(
    "--cluster", "names", multiple=True, metavar="NAME",
    help="Our own kind cluster of this name. Repeated: sabotages are performed on all of them side by side. "
    f"[default: {configuration.DEFAULT_CLUSTER}]",
)  # fmt: skip
@click.option(
    "--missing", is_flag=True,
    help="Only what reports/proofs.json does not prove with the current checks: continues where an earlier call ended.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print what would be performed; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print JSON, for programs.")
@click.option(
    "--recorded", is_flag=True,
    help="Perform nothing: judge the recordings of earlier attempts again, after a check was changed.",
)  # fmt: skip
@click.option(
    "--graded", "in_grades", is_flag=True,
    help="Lift the sabotages that have grades after 1, 2 and 4 s, and after 8 s where none was noticed: how long must a "
    "breakage last to be noticed?",
)  # fmt: skip
def prove(
    claims: tuple[str, ...], only: tuple[str, ...], scenario: str | None, suites: Path, seed: int | None,
    names: tuple[str, ...], missing: bool, dry_run: bool, as_json: bool, recorded: bool, in_grades: bool,
) -> None:  # fmt: skip
    """Prove that claims can fail: perform the sabotages that must break them, and expect each case to be violated.

    An attempt plays a scenario under sabotages that do not interfere, and only the acts that its cases need. Short attempts
    of different scenarios share a run. The outcome is kept in reports/proofs.json, which the report reads. The outcome of
    --graded is kept in reports/grades.json.

    Exits with 1 when a case was not violated, other than under a grade; with 20 when a run left its cluster dirty, on which no
    further one is then performed; and with 21 when no cluster let a run begin.

    With several clusters, which have to be there, an idle one takes the run that is expected to take longest. Runs that need
    what the clusters of a machine share, such as the addresses of nodes, are not performed at the same time. An attempt for
    which a cluster lacks something is performed on another one. What pytest prints comes as a whole when a run has ended, and
    meanwhile goes to reports/sabotaged/CLUSTER/pytest.log.

    \b
    skeptic prove heal.crash service.stable
    skeptic prove --recorded
    skeptic prove service.pod-killed --graded
    skeptic prove --cluster kubeskeptic --cluster proofs
    """
    if as_json and not dry_run and not recorded:
        raise BadInput("--json shows what would be performed; add --dry-run")
    where = list(dict.fromkeys(names)) or [configuration.cluster_name()]
    asked = _asked(suites, claims, only, scenario)
    if recorded:
        _judge_again(asked)
        return
    planned = _planned(asked, only, missing=missing, in_grades=in_grades)
    _show(planned, as_json=as_json)
    if planned and not dry_run:
        options = ["--seed", str(seed)] if seed is not None else []
        sys.exit(_perform_all(planned, where, options, in_grades=in_grades))


def _asked(suites: Path, claims: Sequence[str], only: Sequence[str], scenario: str | None) -> list[AskedCase]:
    """Return the cases of the named claims, or of all claims; if a scenario is named, only its cases.

    :raises BadInput: when a claim, a sabotage or a scenario is unknown
    """
    whole = asked_by(suites.resolve())
    require_known(whole, scenario, only)
    chosen = {claim(id_).id for id_ in claims} or {one.case.claim for one in whole}
    return [one for one in whole if scenario in (None, one.scenario.id) and one.case.claim in chosen]


def _planned(asked: Sequence[AskedCase], only: Sequence[str], *, missing: bool, in_grades: bool) -> list[Attempt]:
    """Return the attempts to perform; none, with a message, if everything is proven.

    :param missing: only what is not proven by the checks as they are
    :raises BadInput: when no attempt is possible for what was named
    """
    if missing and in_grades:
        raise BadInput("--missing applies to proofs, not to grades; remove --missing or --graded")
    known = read_proofs(configuration.reports() / "proofs.json") if missing else []
    planned = graded(asked, only) if in_grades else attempts(asked, only, known)
    if planned:
        return planned
    if not attempts(asked, only):
        raise BadInput(why_nothing(asked, only))
    if in_grades:
        raise BadInput("no selected sabotage has grades; `skeptic prove --graded --dry-run` lists those that have")
    click.echo("everything selected is already proven with the current checks", err=True)
    return []


def _record(one: Attempt) -> dict[str, object]:
    """Return an attempt as data."""
    wanted = {
        id_: [{"claim": each.case.claim, "case": each.case.name} for each in asked] for id_, asked in one.wanted.items()
    }
    return {"scenario": one.scenario.id, "sabotages": wanted}


def _show(planned: list[Attempt], *, as_json: bool) -> None:
    """Print what would be performed."""
    if as_json:
        output.as_json([_record(one) for one in planned])
        return
    for one in planned:
        click.echo(one.scenario.id)
        for id_, cases in one.wanted.items():
            click.echo(f"  {id_:<26} {', '.join(str(each.case) for each in cases)}")


def _perform_all(planned: Sequence[Attempt], names: list[str], options: list[str], *, in_grades: bool) -> int:
    """Perform all attempts, on one or several clusters, and return the exit status."""
    process.catch_signals()
    runs = [SharedRun((one,)) for one in planned] if in_grades else shared(planned)
    found: dict[Attempt, Sequence[Proof]] = {}
    if len(names) > 1:
        found |= _beside(runs, names, options, in_grades=in_grades)
    else:
        place = ProvingCluster.alone(configuration.reports(), names[0])
        perform = _performing(options, _say, Processes(), in_grades=in_grades)
        for one in runs:
            found |= perform(one, place)
    return 0 if in_grades else _count(planned, [found.get(one, ()) for one in planned])


def _beside(
    runs: Sequence[SharedRun], names: Sequence[str], options: list[str], *, in_grades: bool
) -> dict[Attempt, Sequence[Proof]]:
    """Perform all runs on several clusters, and return the proofs or grades of each attempt that a cluster could perform.

    :raises Untestable: when a cluster is missing or not healthy
    :raises LeftDirty: at the end, when a run left its cluster dirty
    :raises Refused: at the end, when every cluster refused an attempt
    :raises SkepticError: at the end, when an attempt produced no grade
    """
    if missing := [name for name in names if clusters.find(name) is None]:
        raise clusters.no_cluster(*missing)
    places = {name: ProvingCluster.beside_others(configuration.reports(), name) for name in names}
    processes, found, errors = Processes(), dict[Attempt, Sequence[Proof]](), dict[Attempt, SkepticError]()
    with Display() as display:
        perform = _performing(options, display, processes, in_grades=in_grades)

        def performed(run: SharedRun, name: str) -> list[Attempt]:
            """Perform a run on a cluster, and return the attempts without a result. An error does not end the others."""
            try:
                found.update(perform(run, places[name]))
            except LeftDirty:
                raise
            except SkepticError as error:  # it was printed below the run's heading
                errors.update(dict.fromkeys(run.attempts, error))
            return [one for one in run.attempts if not found.get(one)]

        beside = SideBySide(runs, names, performed, processes.stop)
        display.show(beside.status)
        beside.perform()
    failed = [one for run in runs for one in run.attempts if one not in found]
    if refusal := next((errors[one] for one in failed if isinstance(errors.get(one), Refused)), None):
        raise refusal
    if failed and in_grades:
        raise SkepticError(f"no case was performed under {', '.join(one.name for one in failed)}; see the output above")
    return found


def _performing(
    options: list[str], say: Callable[[str], object], processes: Processes, *, in_grades: bool
) -> Callable[[SharedRun, ProvingCluster], Mapping[Attempt, Sequence[Proof]]]:
    """Return a function that performs a run at a place and returns the proofs or the grades of its attempts."""
    performer = Performer(configuration.reports(), options, say, processes)
    return performer.grade if in_grades else performer.prove


def _count(planned: Sequence[Attempt], found: Sequence[Sequence[Proof]]) -> int:
    """Print how many cases were broken, and which were not, and return the exit status."""
    left = [line for one, proofs in zip(planned, found, strict=True) for line in unbroken(one, proofs)]
    total = sum(len(one.cases) for one in planned)
    cases, them = f"{counted(total, 'case')} {agreeing(total, 'was', 'were')}", agreeing(total, "it", "them")
    click.echo(f"\n{total - len(left)} of {cases} violated under a sabotage that must break {them}")
    for line in left:
        click.echo(f"  not broken: {line}")
    return 1 if left else 0


def _say(line: str) -> None:
    click.echo(click.style(line, bold=True) if line.startswith("\n") else line)


def _judge_again(asked: list[AskedCase]) -> None:
    """Judge every recorded attempt again, and save what is *violated*; the newest attempt of a case counts."""
    reports = configuration.reports()
    for journal in journals(reports / paths.SABOTAGED):
        write_grades(reports / "grades.json", grades_again(journal, asked))
        proofs = [one for one in judged_again(journal, asked) if one.verdict == Verdict.VIOLATED]
        write_proofs(reports / "proofs.json", proofs)
        for one in proofs:
            click.echo(f"{one.run}  {one.sabotage}: {one.claim}{f' ({one.case})' if one.case else ''} {one.verdict}")
