"""The bounds of a case, computed from the settings of the cluster under test and of the node that they apply to."""

from __future__ import annotations

from functools import cached_property

from kubeskeptic.bounds import Bound, Expression
from kubeskeptic.errors import Inconclusive
from kubeskeptic.settings import Settings
from kubeskeptic.timeline.objects import is_of
from kubeskeptic.timeline.pod_settings import pod_settings
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.samples import OUTSIDE


class Allowed:
    """The bounds of one case, in one recording.

    :param of: the app whose pods' settings count; if empty, those of all pods
    :param within: the case's bound; None if it has none
    :param soonest: the earliest time at which something may happen; None if the case has no such bound
    :param watched: how long each act must be watched; None if the case does not specify it
    """

    names: tuple[str, ...] = ()
    """The case's acts, in the order in which they were played."""

    def __init__(
        self,
        recording: Recording,
        of: str,
        within: Expression | None,
        soonest: Expression | None,
        watched: Expression | None,
    ) -> None:
        self.recording = recording
        self.of = of
        self._within = within
        self._soonest = soonest
        self._watched = watched

    @cached_property
    def settings(self) -> Settings:
        """The settings of the run, including those set in this scenario's pods, such as EVICT."""
        return self._with_pods(app=self.of)

    def settings_on(self, node: str) -> Settings:
        """Return the settings of a lane's node. The lane's requests are sent from that node, or through it from outside."""
        return self.settings.on(node.removeprefix(OUTSIDE))

    @property
    def has_bound(self) -> bool:
        """Whether the case has a bound (`within`)."""
        return self._within is not None

    @property
    def bound(self) -> Bound:
        """The case's bound, with the margin added.

        :raises Inconclusive: if the case has no bound
        """
        return self._bound(self.settings)

    def bound_on(self, node: str) -> Bound:
        """Return the case's bound on one node."""
        return self._bound(self.settings_on(node))

    @property
    def soonest(self) -> Bound | None:
        """The earliest time at which something may happen, minus the margin; None if the case has no such bound."""
        return self._soonest.at_least(self.settings) if self._soonest else None

    def soonest_on(self, node: str) -> Bound | None:
        """Return the earliest time at which something may happen on one node; None if the case has no such bound."""
        return self._soonest.at_least(self.settings_on(node)) if self._soonest else None

    @property
    def watched_for(self) -> Bound | None:
        """The minimum time for which each act must be watched, with the margin added; None if the case does not specify it."""
        longest = self._watched.at_most(self.settings) if self._watched else None
        return Bound(longest.value, longest.unit, longest.source, at_least=True) if longest else None

    def settings_of(self, pod: str, node: str) -> Settings:
        """Return the settings that apply to one pod on a node: the pod's own and the node's."""
        return self._with_pods(pod).on(node)

    def bound_of(self, pod: str, node: str) -> Bound:
        """Return the case's bound for one pod on a node."""
        return self._bound(self.settings_of(pod, node))

    def bound_for(self, app: str) -> Bound:
        """Return the case's bound for the pods of an app."""
        return self._bound(self._with_pods(app=app))

    def _begun(self) -> float:
        """Return when the first of the case's acts began, in Unix seconds; infinity if that is not known."""
        acts = (self.recording.acts[name] for name in self.names if name in self.recording.acts)
        return next((act.start for act in acts if act.start is not None), float("inf"))

    def _with_pods(self, name: str = "", app: str = "") -> Settings:
        """Return the settings with those of the pods of a name or an app. If some were there when the acts began, those that
        came later do not count: what an act does to pods has to be done within the settings that were in force.
        """
        pods = [one for one in self.recording.of_kind("Pod", name) if not app or is_of(one, app)]
        before = [one for one in pods if one.seen <= self._begun()]
        return self.recording.settings.with_(*pod_settings(before or pods))

    def _bound(self, settings: Settings) -> Bound:
        if self._within is None:
            raise Inconclusive("this case has no bound (`within`), and its check needs one")
        return self._within.at_most(settings)
