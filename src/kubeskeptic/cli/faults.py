"""``skeptic faults`` and ``skeptic inflict``: the fault library from a shell."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import click
from click.shell_completion import CompletionItem

from kubeskeptic import configuration
from kubeskeptic.best_effort import best_effort
from kubeskeptic.cli import output
from kubeskeptic.cli.fault_settings import Setting, listed, settings_of
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.cli.safety import alone
from kubeskeptic.cli.which import ClusterRef, must_answer, site_of, which_cluster
from kubeskeptic.clusters import no_cluster
from kubeskeptic.durations import Patience
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import Fault, Site, inflict
from kubeskeptic.faults.library import FAULTS, named
from kubeskeptic.faults.lifecycle import dry_run
from kubeskeptic.process import catch_signals
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.runs.run_journal import RunJournal
from kubeskeptic.terminal import Display, elapsing
from kubeskeptic.waiting import NotYet, until

_SPANS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class FaultName(click.ParamType[str]):
    """The name of a fault, with shell completion."""

    name = "fault"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Return the faults whose names begin with the incomplete word."""
        found = (one for one in FAULTS if one.startswith(incomplete))
        return [CompletionItem(one, help=says(FAULTS[one])) for one in found]


@click.command()
@click.argument("fault", required=False, type=FaultName())
@AS_JSON
def faults(fault: str | None, as_json: bool) -> None:
    """List the faults, each with its risk level, what it does, and its settings. With FAULT, describe that one in full.

    \b
    skeptic faults
    skeptic faults drop_packets
    skeptic faults --json
    """
    if as_json:
        output.as_json([_record(one) for one in ([named(fault)] if fault else FAULTS.values())])
        return
    for one in [named(fault)] if fault else FAULTS.values():
        click.echo(f"{click.style(one.name, bold=True)}  ({one.risk.words})  {says(one)}")
        settings = list(settings_of(one).values())
        for line in _described(settings) if fault else map(str, settings):
            click.echo(f"    {line}")
        if fault:
            click.echo(f"\n{_module_words(one)}")


@click.command("inflict")
@click.argument("fault", type=FaultName())
@click.argument("settings", nargs=-1, metavar="[SETTING=VALUE]...")
@click.option("--for", "lasts", default="30s", show_default=True, help="How long the fault lasts: 20s, 5m, 1h.")
@which_cluster
@click.option(
    "--dry-run", "dry", is_flag=True, help="Print what would be done and how it would be undone; change nothing."
)
def inflict_(fault: str, settings: tuple[str, ...], lasts: str, where: ClusterRef, dry: bool) -> None:
    """Inject one fault, verify its effect, and after a while undo it and verify the recovery. Ctrl-C undoes it at once.

    \b
    skeptic inflict crash_node node=kubeskeptic-worker2 --for 60s
    skeptic inflict drop_packets node=kubeskeptic-worker percent=30 --for 5m
    skeptic inflict taint_node node=kubeskeptic-worker key=demo --dry-run

    A dead man's switch undoes the fault even when this process is killed. `skeptic faults` lists all faults.
    """
    seconds, one = span(lasts), made(fault, settings)
    options = RunOptions(seed=secrets.randbelow(100_000), reports=configuration.reports())
    with ExitStack() as stack:
        with must_answer():
            site = stack.enter_context(site_of(where, options.id, look=dry))
            if site is None:
                raise no_cluster(where.cluster)
            if dry:
                site.guard.permit(one.risk, one.name)
                click.echo(dry_run(one, site))
                return
            catch_signals()
            stack.enter_context(alone(site))
        _hold(one, stack.enter_context(_in_a_journal(site, one, options)), seconds)


def _hold(fault: Fault, site: Site, seconds: float) -> None:
    began = time.monotonic()
    with Display(status=elapsing("applying")) as display, inflict(fault, site, lasts=seconds + 120) as inflicted:
        display(f"{inflicted.plan.does}")
        display(f"in effect after {time.monotonic() - began:.1f} s: {inflicted.evidence}")
        display.show(elapsing("in force", lasts=seconds))
        end = time.monotonic() + seconds
        until(lambda: time.monotonic() >= end or NotYet("in force"), Patience(seconds + 60), what="its time to pass")
        undoing = time.monotonic()
        display.show(elapsing("undoing"))
    if inflicted.healed:
        click.echo(f"healed after {time.monotonic() - undoing:.1f} s: {inflicted.healed}")
    site.close()


@contextmanager
def _in_a_journal(site: Site, fault: Fault, options: RunOptions) -> Iterator[Site]:
    """Yield the site with a run of its own, whose journal is kept beside those of other runs."""
    journal = RunJournal(options.folder, options.id)
    journal.write(
        "run", sync=True, id=options.id, context=site.cluster.context, command=f"skeptic inflict {fault.name}"
    )
    try:
        yield replace(site, journal=journal, run=options.id, seed=options.seed)
    finally:
        with best_effort("the end of the journal"):  # a failure here must not hide what could not be undone
            journal.write("run-ended", sync=True, clean=not site.left, why="; ".join(site.left))
        with best_effort("the end of the journal"):
            journal.close()


def span(text: str) -> float:
    """Return the seconds that ``30s``, ``5m`` or ``1h`` stands for; a bare number is in seconds.

    :raises BadInput: when the text is not a duration, or not above zero
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip())
    seconds = float(found[1]) * _SPANS[found[2] or "s"] if found else 0.0
    if seconds <= 0:
        raise BadInput(f"“{text}” is not a duration; use the form 30s, 5m or 1h")
    return seconds


def made(name: str, words: Sequence[str]) -> Fault:
    """Return the fault of this name with settings given as ``name=value``.

    :raises BadInput: naming what is unknown, missing or of the wrong type
    """
    kind = named(name)
    known, given = settings_of(kind), {}
    for word in words:
        key, sign, value = word.partition("=")
        if not key:
            raise BadInput(f"a setting has the form NAME=VALUE, not “{word}”; {name} has {listed(known.values())}")
        if key not in known:
            raise BadInput(f"{name} has no setting “{key}”; it has {listed(known.values())}")
        if not sign:
            raise BadInput(f"“{key}” has no value; write {key}=VALUE")
        given[key] = known[key].value(value)
    missing = [one.name for one in known.values() if one.required and one.name not in given]
    if missing:
        needs = " and ".join(f"{one}=…" for one in missing)
        raise BadInput(f"{name} needs {needs}; its settings are {listed(known.values())}")
    return kind(**given)


def _record(kind: type[Fault]) -> dict[str, object]:
    """Return a fault as data."""
    settings = [one.record() for one in settings_of(kind).values()]
    return {"name": kind.name, "risk": kind.risk.words, "says": says(kind), "settings": settings}


def _described(settings: Sequence[Setting]) -> Iterator[str]:
    """Yield a line for each setting: how it is given, and what it means."""
    width = max(len(str(one)) for one in settings) if settings else 0
    for one in settings:
        yield f"{one!s:<{width}}  {one.says}"


def says(kind: type[Fault]) -> str:
    """Return what a fault does: the first sentence of its module's docstring."""
    return " ".join(_module_words(kind).split("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def _module_words(kind: type[Fault]) -> str:
    return (sys.modules[kind.__module__].__doc__ or kind.name).strip()
