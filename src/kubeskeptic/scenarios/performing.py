"""Performing a scenario: its acts, with its namespace, recorder and probes around them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from kubeskeptic.claims.model import Case
from kubeskeptic.durations import BASELINE, CLOCK_DOUBT, SETTLE, TAIL
from kubeskeptic.errors import Inconclusive, MissingRequirement, NotAsked, PatienceExhausted, Refused, SkepticError
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.outside import Waiting
from kubeskeptic.recorder import Recorder, Watch
from kubeskeptic.runs import Run, evidence
from kubeskeptic.runs.marking import recorded
from kubeskeptic.runs.own_objects import all_gone, namespace
from kubeskeptic.scenarios.declaration import ALWAYS_WATCHED, ActPlan, Scenario, Step
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline import Recording
from kubeskeptic.timeline.recording import ALL, GIVEN, LEFT_OUT
from kubeskeptic.waiting import NotYet, until


def perform(run: Run, scenario: Scenario, cases: Sequence[Case], test: str = "") -> Recording:
    """Perform a scenario, only once in a run, and return its recording, read back from the journal.

    Only the acts that the cases need are played. An error that aborts the scenario is kept in the recording, because what was
    recorded before it may still violate a claim. Interrupts propagate.

    :param cases: the chosen cases of this scenario
    :param test: the suite file
    :raises Refused: when the cluster turns out not to be ours to touch
    """
    if scenario.id not in run.recordings:
        run.site.guard.permit(Risk.NAMESPACE, scenario.id)
        _play(run, scenario, cases, test)
        run.recordings[scenario.id] = run.followed.evidence().scenarios[scenario.id]
    return run.recordings[scenario.id]


def _play(run: Run, scenario: Scenario, cases: Sequence[Case], test: str) -> None:
    """Play the acts that are needed, and record how the scenario ended."""
    name = f"skeptic-{run.id}-{scenario.id.rsplit('/', 1)[-1].replace('_', '-')}"[:63].rstrip("-")
    begun, why = time.monotonic(), ""
    acts = scenario.needed(act for case in cases for act in case.acts)
    run.journal.write(
        "scenario", sync=True, id=scenario.id, phase="start", namespace=name, test=test, says=scenario.says,
        acts=[GIVEN, *(act.name for act in acts)],
    )  # fmt: skip
    stage = _PlayedStage(run, scenario, name, cases)
    for sabotage in stage.sabotages:
        run.journal.write("sabotage", id=sabotage.id, says=sabotage.says)
    watches = [*(Watch(kind, name) for kind in scenario.watches), *(Watch(kind, None) for kind in ALWAYS_WATCHED)]
    try:
        if any(GIVEN in case.acts for case in cases):
            all_gone(run)  # cases about the set-up, such as how soon pods start, need a quiet cluster
        going = namespace(run, name, seen_to_go=False)
        with going, recorded(run, scenario.id, watches) as recorder, _probes(run, scenario), _last_look(stage):
            stage.play_setup(scenario.setup, recorder)
            all_gone(run)
            for act in acts:
                stage.play(act)
    except Refused as refusal:
        why = f"refused: {refusal}"
        raise
    except (MissingRequirement, NotAsked) as lacking:
        why = f"cannot run on this cluster: {lacking}"
        stage.leave_out(ALL, str(lacking))
    except SkepticError as error:
        why = str(error)
    except BaseException as error:
        why = f"interrupted by {type(error).__name__}"
        raise
    finally:
        spent = {"irreducible": round(stage.irreducible, 1), "seconds": round(time.monotonic() - begun, 1)}
        run.journal.write("scenario", sync=True, id=scenario.id, phase="end", why=why, **spent)


@contextmanager
def _last_look(stage: Stage) -> Iterator[None]:
    """Collect evidence before the namespace is deleted, if the scenario is aborted for any reason."""
    try:
        yield
    except BaseException:
        with suppress(SkepticError, OSError):
            evidence.take(stage.run, stage.scenario, stage.namespace, "", "deleting the namespace")
        raise


@contextmanager
def _probes(run: Run, scenario: Scenario) -> Iterator[None]:
    try:
        yield
    finally:
        run.agents.stop(scenario.id)


class _PlayedStage(Stage):
    """A stage that can also play acts, which acts themselves cannot do."""

    def __init__(self, run: Run, scenario: Scenario, namespace: str, cases: Sequence[Case]) -> None:
        sabotages = [one for id_ in run.sabotages if (one := scenario.sabotage_named(id_))]
        super().__init__(run, scenario.id, namespace, scenario.manifest_file, cases, sabotages)

    def play(self, act: ActPlan) -> None:
        """Play one act (a settled baseline, the events, a tail), or leave it out where the cluster does not allow it.

        An aborted act has no end: nothing may be concluded from what did not happen in it.

        :raises Inconclusive: when the baseline does not settle, or this machine's clock was stepped
        """
        if act.needs > self.run.allowed:
            about = f"the act “{act.name}” of {self.scenario}"
            self.leave_out(act.name, above(about, act.needs, self.run.allowed))
        # left out above, or by an earlier step that found that this cluster cannot be asked
        if act.name in self.facts.get(LEFT_OUT, {}):
            return
        self._act, self._applied, self._lifts, self._faults = act.name, 0.0, [], []
        if act.asking:
            self.ask(*act.asking(self))
        self._mark("baseline", at=self._settled(act.settled) if act.settled else time.time())
        self._mark("start")
        with ExitStack() as self._in_force:
            self._sabotage(act.name)
            clock = time.time() - time.monotonic()
            waiting = Waiting()
            act.play(self)
            for lift in self._lifts:
                lift.wait()
            self._hold(time.time() + TAIL)
            stepped = time.time() - time.monotonic() - clock
            if abs(stepped) > CLOCK_DOUBT:
                raise Inconclusive(f"the clock of this machine was stepped by {stepped:.1f} s during “{act.name}”")
            self._mark("end", faults=self._faults, **self._waited(waiting))

    def play_setup(self, setup: Step | None, recorder: Recorder) -> None:
        """Play the set-up, recorded as an act of its own, which ends once the recorder has seen what the set-up waited for."""
        self._mark("baseline", at=time.time())
        self._mark("start")
        if setup:
            setup(self)
        with suppress(PatienceExhausted):  # what was not seen is missing from the act, and the checks say so
            recorder.catch_up()
        self._mark("end")

    def _waited(self, waiting: Waiting) -> dict[str, float]:
        """Return ``waited``, the share of an act in which processes waited for a processor; nothing where that is not known, or
        where not all nodes are on this machine.
        """
        share = waiting.share()
        return {} if share is None or set(self.run.here) != set(self.run.nodes) else {"waited": share}

    def _settled(self, lanes: bool | str) -> float:
        """Wait for a stretch without a failure on any lane, or on those of one probe, and return when it began."""
        probe = lanes if isinstance(lanes, str) else ""

        def settled() -> bool | NotYet:
            """Return whether no lane has had a failure for long enough."""
            troubled = self.run.agents.unsettled(self.scenario, self.run.nodes, SETTLE, probe=probe)
            return NotYet(f"not settled: {', '.join(troubled)}") if troubled else True

        try:
            until(settled, BASELINE, what=f"a settled baseline of “{self._act}”")
        except PatienceExhausted as error:
            raise Inconclusive(str(error)) from error
        self.irreducible += SETTLE
        return time.time() - SETTLE
