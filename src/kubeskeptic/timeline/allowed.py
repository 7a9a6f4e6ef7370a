"""What a case allows in its act: its bounds, by the settings of the cluster under test, and of the node that they are about."""

from __future__ import annotations

from functools import cached_property

from kubeskeptic.bounds import Bound, Expression
from kubeskeptic.errors import Inconclusive
from kubeskeptic.settings import Settings
from kubeskeptic.timeline.pod_settings import pod_settings
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.samples import OUTSIDE


class Allowed:
    """The bounds of one case, in one recording.

    :param of: the app whose pods' own settings count; those of all pods when empty
    :param within: the case's bound; None when it has none
    :param soonest: the earliest that something may happen; None when the case has no such bound
    :param watched: how long each act has to be watched; None when the case does not say
    """

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
        """The settings of the run, with those that the pods of this scenario carry themselves, such as EVICT."""
        return self.recording.settings.with_(*pod_settings(self.recording.of_kind("Pod"), self.of))

    def settings_on(self, node: str) -> Settings:
        """Return the settings of the node of a lane, which is asked from that node or from outside through it."""
        return self.settings.on(node.removeprefix(OUTSIDE))

    @property
    def has_bound(self) -> bool:
        """Whether the case has a bound (`within`)."""
        return self._within is not None

    @property
    def bound(self) -> Bound:
        """The case's bound, with the margin added.

        :raises Inconclusive: when the case has none
        """
        return self._bound(self.settings)

    def bound_on(self, node: str) -> Bound:
        """Return the case's bound as it is on one node."""
        return self._bound(self.settings_on(node))

    @property
    def soonest(self) -> Bound | None:
        """The earliest that something may happen, with the margin taken off; None when the case has no such bound."""
        return self._soonest.at_least(self.settings) if self._soonest else None

    def soonest_on(self, node: str) -> Bound | None:
        """Return the earliest that something may happen on one node; None when the case has no such bound."""
        return self._soonest.at_least(self.settings_on(node)) if self._soonest else None

    @property
    def watched_for(self) -> Bound | None:
        """How long each act has to be watched at least, with the margin added; None when the case does not say."""
        longest = self._watched.at_most(self.settings) if self._watched else None
        return Bound(longest.value, longest.unit, longest.source, at_least=True) if longest else None

    def settings_of(self, pod: str, node: str) -> Settings:
        """Return the settings that are about one pod on a node: its own, and those of that node."""
        own = pod_settings(self.recording.of_kind("Pod", pod))
        return self.recording.settings.with_(*own).on(node)

    def bound_of(self, pod: str, node: str) -> Bound:
        """Return the case's bound as it is for one pod on a node."""
        return self._bound(self.settings_of(pod, node))

    def _bound(self, settings: Settings) -> Bound:
        if self._within is None:
            raise Inconclusive("this case has no bound (`within`), and its check needs one")
        return self._within.at_most(settings)
