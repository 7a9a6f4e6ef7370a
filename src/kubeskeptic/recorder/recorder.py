"""The recorder: writes to the journal what happens to the objects that a scenario's claims are about, as it is seen."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from kubeskeptic.durations import CAUGHT_UP, WATCHES_LISTED
from kubeskeptic.errors import SkepticError, Unanswered
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube, Object
from kubeskeptic.recorder.following import Follower, Watch
from kubeskeptic.waiting import NotYet, until


class Recorder:
    """Records changes of API objects in the journal, between entering and leaving a ``with`` block.

    Each watch has its own thread. Entering waits until every list has been received; leaving asks the server once more
    whether everything has been seen, and records a gap where it has not.

    :param scenario: the name under which the changes are recorded
    :param watches: what to follow
    :raises PatienceExhausted: on entering, when a list does not arrive; nothing misleading has been recorded then
    """

    def __init__(self, kube: Kube, journal: Journal, scenario: str, watches: Sequence[Watch]) -> None:
        self._journal = journal
        self._scenario = scenario
        self._followers = [Follower(kube, watch, self) for watch in watches]

    def __enter__(self) -> Self:
        for follower in self._followers:
            name = f"recorder {self._scenario} {follower.watch.kind}"
            threading.Thread(target=follower.run, name=name, daemon=True).start()
        try:
            until(self._listed, WATCHES_LISTED, what="the recorder's first lists")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for follower in self._followers:
                self._close(follower)
        finally:
            self._stop()

    def ready(self) -> bool:
        """Return whether every list has been received and every watch is open, as far as is known at this moment."""
        return all(follower.listed.is_set() and not follower.trouble for follower in self._followers)

    def catch_up(self) -> None:
        """Wait until every change so far has been seen.

        :raises PatienceExhausted: if changes stay unseen
        """
        for follower in self._followers:
            until(follower.whole, CAUGHT_UP, what="the recorder to catch up", tolerate=(Unanswered,))

    def change(
        self, watch: Watch, type_: str, seen: float, age: float, thing: Object, written: float, by: Sequence[str]
    ) -> None:
        """Write one change."""
        self._journal.write(
            "change", scenario=self._scenario, resource=watch.kind, type=type_, seen=seen, age=age, object=thing,
            written=written or None, by=list(by) or None,
        )  # fmt: skip

    def gap(self, watch: Watch, since: float, until: float | None, reason: str) -> None:
        """Write one gap."""
        self._journal.write(
            "gap", source="watch", scenario=self._scenario, node="", probe="", resource=watch.kind,
            since=since, until=until, reason=reason,
        )  # fmt: skip

    def _listed(self) -> bool | NotYet:
        late = [follower for follower in self._followers if not follower.listed.is_set()]
        return NotYet(f"no list of {late[0].watch.kind} yet; {late[0].trouble}") if late else True

    def _close(self, follower: Follower) -> None:
        """Ensure that the last changes have been seen, even if a watch has broken without being noticed."""
        reason = follower.trouble
        try:
            until(follower.whole, CAUGHT_UP, what="the recorder to catch up", tolerate=(Unanswered,))
        except SkepticError as behind:
            reason = reason or str(behind)
        follower.stop()
        if reason:
            self.gap(follower.watch, follower.good, None, reason)

    def _stop(self) -> None:
        for follower in self._followers:
            follower.stop()
