"""``skeptic status`` and ``skeptic cleanup``: find what runs left in the cluster, and remove it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli import output
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.cli.which import ClusterRef, site_of, which_cluster
from kubeskeptic.counting import counted
from kubeskeptic.durations import CONTROL_PLANE_RESTARTS
from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, Refused, SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.guard import Lease
from kubeskeptic.guard import lease as leases
from kubeskeptic.guard.holder import Holder
from kubeskeptic.switches import control
from kubeskeptic.terminal import Display, elapsing, spoken
from kubeskeptic.undo import Leftover, leftovers
from kubeskeptic.undo.cleanup import cleanup as clean
from kubeskeptic.undo.cleanup import revive

_REPORTS = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=configuration.reports,
    help="The folder with the runs, whose journals are read. [default: reports/]",
)


@click.command()
@which_cluster
@_REPORTS
@AS_JSON
def status(where: ClusterRef, reports: Path, as_json: bool) -> None:
    """Print what runs have left in the cluster. Changes nothing in it.

    \b
    skeptic status
    skeptic status --context staging --json

    Exits with 0 when the cluster is clean, with 20 when it is not, and with 10 when that is not known: something could not be
    inspected, or a run is using the cluster.
    """
    with _cleanness(), site_of(where, look=True) as site:
        left = leftovers.find(site, journals(reports)) if site else []
        user = _user(site, left) if site else ""
    if as_json:
        seen = [one for one in left if one.kind != "unseen"]
        clean = None if user else False if seen else None if left else True
        output.as_json({"clean": clean, "used_by": user or None, "left": _records(left)})
    if user:
        raise Inconclusive(f"{user}. Until then, its objects in the cluster are not leftovers")
    if any(one.kind != "unseen" for one in left):
        raise LeftDirty(
            "\n".join(["the cluster is not clean:", *(f"  {one.says}" for one in left), "run `skeptic cleanup`"])
        )
    if left:
        raise Inconclusive(f"nothing of ours is seen; {'; '.join(one.says for one in left)}")
    if not as_json:
        click.echo("clean" if site else f"clean: there is no cluster {where}")


@click.command()
@which_cluster
@_REPORTS
@click.option("--run", default="", metavar="ID", help="Only what belongs to this run.")
@click.option("--dry-run", is_flag=True, help="Print what would be undone or removed; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print JSON, for programs.")
def cleanup(where: ClusterRef, reports: Path, run: str, dry_run: bool, as_json: bool) -> None:
    """Undo every fault that is still in force and remove what runs left behind, then wait for a healthy cluster.

    \b
    skeptic cleanup
    skeptic cleanup --run 20261101-120000-ab12 --dry-run

    It reads the journals of runs, and also finds leftovers without them: by undo records in nodes and on objects, and by
    labels. It changes nothing that is not ours, and can be repeated. It exits with 20 when the cluster is still not clean, and
    with 10 when that is not known because the cluster could not be inspected.
    """
    if as_json and not dry_run:
        raise BadInput("--json shows what would be removed; add --dry-run")
    with _cleanness(), site_of(where, look=dry_run) as site:
        known = journals(reports)
        if dry_run:
            _show(leftovers.find(site, known, run) if site else [], as_json=as_json)
        if site is None:
            click.echo(f"nothing to clean: there is no cluster {where}", err=as_json)
        if site is None or dry_run:
            return
        limit = f"; then the cluster has at most {spoken(CONTROL_PLANE_RESTARTS.seconds)} to become healthy"
        with Display(status=elapsing("cleaning up", limit)) as display, alone(site, run, display) as revived:
            removed = revived + clean(site, known, run, say=display)
            unseen = "" if site.access.inside else "; the nodes were not inspected, as this cluster does not allow it"
        click.echo(f"clean: {counted(removed, 'thing')} undone or removed{unseen}")


@contextmanager
def _cleanness() -> Iterator[None]:
    """Raise Inconclusive for an error without an exit status of its own: the general one, 1, means that a claim is violated."""
    try:
        yield
    except SkepticError as error:
        if error.exit_status == SkepticError.exit_status:
            raise Inconclusive(f"it is not known whether the cluster is clean: {error}") from error
        raise


def _show(left: list[Leftover], *, as_json: bool) -> None:
    """Print what would be removed."""
    if as_json:
        output.as_json(_records(left))
        return
    for one in left:
        click.echo(one.says if one.kind == "unseen" else f"would remove: {one.says}")


def _records(left: list[Leftover]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "name": one.name, "says": one.says, "node": one.node, "run": one.run} for one in left]


def _user(site: Site, left: list[Leftover]) -> str:
    """Return which live run holds the cluster, as a sentence; empty if none does."""
    if any(one.kind in ("lease", "blind") for one in left):
        return ""  # the holder is known to be dead, or nothing can be seen at all
    return leases.in_use(site.kube, Holder.us(""))


def journals(reports: Path) -> list[Path]:
    """Return the journals of the runs in a folder."""
    return sorted(path for path in reports.glob("*/journal.jsonl") if not path.parent.is_symlink())


@contextmanager
def alone(site: Site, run: str = "", say: Callable[[str], None] = click.echo) -> Iterator[int]:
    """Keep other runs off the cluster. If the API server is silent, first bring it back; yield how much was undone for that.

    :param run: only what is known to belong to this run is undone
    :param say: called with a line about each thing that is undone
    :raises Refused: when another run uses the cluster
    :raises LeftDirty: when the API server stays silent
    """
    busy = control.in_use(site.cluster.name)
    if busy:
        raise Refused(f"the cluster is in use ({', '.join(busy)}); end that run first")
    revived = revive(site, run, say=say) if site.kube.unreachable() else 0
    with Lease(site.kube, "cleanup"):
        yield revived
