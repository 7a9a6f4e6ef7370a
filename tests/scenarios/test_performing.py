from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import cast

import pytest

from kubeskeptic.claims.model import Case
from kubeskeptic.errors import BadInput
from kubeskeptic.runs import Run
from kubeskeptic.scenarios import GIVEN, Scenario, Stage
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.scenarios.performing import perform
from kubeskeptic.timeline import Recording


def a_scenario() -> Scenario:
    one = Scenario("chapter/name", "Something happens.")
    for name, after in (("quiet", ""), ("kill", ""), ("again", "kill"), ("last", "again")):
        one.act(name, after=after)(_nothing)
    return one


def _nothing(stage: Stage) -> None: ...


def test_a_scenario_is_performed_once_in_a_run_whatever_reads_it() -> None:
    seen = Recording("chapter/name")
    run = cast(Run, SimpleNamespace(recordings={"chapter/name": seen}))
    assert perform(run, a_scenario(), [Case("c", acts=("kill",))]) is seen


@pytest.mark.parametrize(
    ("chosen", "played"),
    [
        ((), []),
        ((GIVEN,), []),
        (("kill",), ["kill"]),
        (("last", "quiet"), ["quiet", "kill", "again", "last"]),
    ],
)
def test_only_acts_that_are_needed_are_played_in_order(chosen: tuple[str, ...], played: list[str]) -> None:
    assert [act.name for act in a_scenario().needed(chosen)] == played


def test_mistakes_in_a_declaration_are_said_at_once() -> None:
    one = a_scenario()
    for mistake, said in (
        (lambda: one.act("kill"), "two acts"),
        (lambda: one.act("new", after="nothing"), "not registered before"),
        (lambda: one.sabotage("nothing"), "must name its acts, not nothing"),
        (lambda: one.sabotage(), "but names none"),
        (lambda: one.needed(["nothing"]), "has no act “nothing”; it has quiet"),
    ):
        with pytest.raises(BadInput, match=said):
            mistake()


def test_sabotages_know_their_acts() -> None:
    one = a_scenario()

    @contextmanager
    def node_lost(stage: Stage) -> Iterator[None]:
        """The node is lost."""
        yield

    def never_restarted(manifests: list[Manifest]) -> list[Manifest]:
        """Nothing restarts."""
        return manifests

    one.sabotage("kill:found dead", "quiet")(node_lost)
    one.rewrite(never_restarted)
    lost = one.sabotages["node-lost"]
    assert (lost.says, lost.acts) == ("The node is lost.", {"kill", "quiet"})
    ids = ("node-lost", "never-restarted", "elsewhere")
    assert [each.id for each in one.breaking(ids, ["kill"])] == ["node-lost", "never-restarted"]
    assert [each.id for each in one.breaking(ids, ["again"])] == ["never-restarted"]
