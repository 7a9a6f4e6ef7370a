"""``skeptic rbac``: the rights that a run needs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import click
import yaml

from kubeskeptic.errors import BadInput
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.guard import Risk, rights
from kubeskeptic.paths import shipped
from kubeskeptic.scenarios.declaration import ALWAYS_WATCHED, WATCHED


@click.command()
@click.argument("level", type=click.Choice([risk.words for risk in Risk]))
@click.option(
    "--service-account",
    "account",
    default="kubeskeptic:kubeskeptic",
    show_default=True,
    metavar="NAMESPACE:NAME",
    help="The service account that gets the rights.",
)
def rbac(level: str, account: str) -> None:
    """Print the RBAC manifests for a risk level: the rights that its claims and faults need, and no others.

    \b
    skeptic rbac own-namespace | kubectl apply -f -
    skeptic rbac node --service-account ci:skeptic
    """
    namespace, colon, name = account.partition(":")
    if not (namespace and colon and name):
        raise BadInput(f"a service account has the form NAMESPACE:NAME, not {account!r}")
    click.echo(text(Risk.parse(level), (namespace, name)), nl=False)


def text(level: Risk, account: tuple[str, str] = ("kubeskeptic", "kubeskeptic")) -> str:
    """Return the manifests of a risk level, as YAML."""
    declared: dict[Risk, list[rights.Right]] = defaultdict(list)
    for fault in FAULTS.values():
        declared[fault.risk] += fault.rights
    needed = rights.rights(level, _kinds(shipped() / "manifests"), declared)
    return yaml.safe_dump_all(rights.manifests(level, needed, account), sort_keys=False)


def _kinds(folder: Path) -> set[str]:
    """Return the kinds in the manifests of all scenarios, and those that scenarios watch."""
    found = {*WATCHED, *ALWAYS_WATCHED}
    for path in sorted(folder.glob("*/*.yaml")):
        if path.parent.name not in ("rbac", "addons"):  # applied by hand, and by `skeptic up`
            found |= {one["kind"] for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one}
    return found - {"Node"}
