from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest

from kubeskeptic.errors import ClusterError, Gone, Unanswered
from kubeskeptic.kube import Kube
from kubeskeptic.recorder import Watch
from kubeskeptic.recorder.following import Follower
from kubeskeptic.waiting import NotYet

Thing = dict[str, Any]


def pod(name: str, uid: str = "", phase: str = "Running", version: int = 1) -> Thing:
    metadata = {"name": name, "namespace": "shop", "uid": uid or name, "resourceVersion": str(version)}
    return {"kind": "Pod", "metadata": metadata, "spec": {}, "status": {"phase": phase}}


def event(kind: str, thing: Thing) -> Thing:
    return {"type": kind, "object": thing}


OPENED = event("OPENED", {})


class Story:
    """A cluster that plays one list or watch after the other, a second apart, and then stops the follower."""

    def __init__(self, *steps: Any) -> None:
        self.steps = list(steps)
        self.now = 100.0
        self.pause = 1.0
        self.asked: list[str] = []
        self.told: list[tuple[Any, ...]] = []
        self.ages: list[float] = []
        self.written: list[float] = []
        self.by: list[list[str]] = []
        self.follower = Follower(cast(Kube, self), Watch("Pod", "shop"), self, lambda: self.now)
        self.follower._pace.period = 0.0

    def play(self) -> list[tuple[Any, ...]]:
        self.follower.run()
        return self.told

    def list(self, *_: Any, **__: Any) -> Thing:
        step = self._next()
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, dict), f"listed where it should have watched: {step}"
        return step

    def watch(self, kind: str, namespace: str, labels: str, version: str, timeout: float) -> Iterator[Thing]:
        self.asked.append(version)
        for step in self._next():
            self.now += self.pause
            if isinstance(step, Exception):
                raise step
            yield step

    def change(
        self, watch: Watch, type_: str, seen: float, age: float, thing: Thing, written: float, by: Sequence[str]
    ) -> None:
        self.told.append((type_, thing["metadata"]["name"], seen))
        self.ages.append(age)
        self.written.append(written)
        self.by.append(list(by))

    def gap(self, watch: Watch, since: float, until: float | None, reason: str) -> None:
        self.told.append(("GAP", since, until, reason))

    def _next(self) -> Any:
        self.now += 1
        if not self.steps:
            self.follower.stop()
            return {"items": [], "metadata": {"resourceVersion": "0"}}
        return self.steps.pop(0)


def listing(*things: Thing, version: str = "10") -> Thing:
    return {"items": list(things), "metadata": {"resourceVersion": version}}


def test_lists_then_watches_from_there() -> None:
    story = Story(listing(pod("a"), version="41"), [OPENED, event("ADDED", pod("b", version=42))])
    assert story.play() == [("LISTED", "a", 101.0), ("ADDED", "b", 104.0)]
    assert story.asked[0] == "41"


def test_a_watch_that_ends_by_its_timeout_goes_on_where_it_ended() -> None:
    story = Story(
        listing(), [OPENED, event("BOOKMARK", pod("", version=50))], [event("ADDED", pod("b", version=51))], []
    )
    told = story.play()
    assert story.asked[:3] == ["10", "50", "51"]
    assert [one[0] for one in told] == ["ADDED"]


def test_a_change_of_nothing_that_is_kept_is_no_change() -> None:
    story = Story(
        listing(pod("a")), [event("MODIFIED", pod("a", version=2)), event("MODIFIED", pod("a", phase="Failed"))]
    )
    assert [one[0] for one in story.play()] == ["LISTED", "MODIFIED"]


@pytest.mark.parametrize(
    "trouble", [Unanswered("cut"), Gone("too old", 410), ClusterError("etcd", 500), KeyError("a bug of ours")]
)
def test_an_interruption_is_a_gap_and_what_happened_in_it_is_seen_at_the_list(trouble: Exception) -> None:
    story = Story(
        listing(pod("stays"), pod("goes"), pod("changes"), pod("reborn", uid="u1")),
        [OPENED, trouble],
        listing(pod("stays"), pod("changes", phase="Failed"), pod("reborn", uid="u2"), pod("comes")),
    )
    told = story.play()[4:]
    name, since, until, reason = told.pop(0)
    assert (name, since, until) == ("GAP", 101.0, 105.0)  # since the list: the watch told nothing yet
    assert str(trouble) in reason
    assert told == [
        ("DELETED", "goes", 105.0),
        ("DELETED", "reborn", 105.0),
        ("MODIFIED", "changes", 105.0),
        ("ADDED", "reborn", 105.0),
        ("ADDED", "comes", 105.0),
    ]


def test_a_gap_lasts_until_a_list_succeeds() -> None:
    story = Story(listing(), [OPENED, Unanswered("cut")], Unanswered("still down"), Unanswered("down"), listing())
    assert story.play()[0][:3] == ("GAP", 101.0, 107.0)


def test_before_the_first_list_there_is_nothing_to_miss() -> None:
    assert Story(Unanswered("down"), listing(pod("a"))).play() == [("LISTED", "a", 102.0)]


def test_a_server_that_ends_every_watch_at_once_is_not_being_watched() -> None:
    story = Story(listing(), [])
    story.follower._clock = lambda: 100.0
    story.steps.append(listing())
    told = story.play()
    assert told[0][0] == "GAP"
    assert "as soon as it was open" in told[0][3]


def test_at_the_end_the_server_is_asked_whether_all_was_seen() -> None:
    story = Story(listing(pod("a")))
    story.play()
    story.steps = [listing(pod("a")), listing(pod("a", phase="Failed")), listing(), listing(pod("a"), pod("b"))]
    assert story.follower.whole() is True
    assert [isinstance(story.follower.whole(), NotYet) for _ in range(3)] == [True, True, True]


def written(thing: Thing, second: int) -> Thing:
    thing["metadata"]["managedFields"] = [
        {"manager": "kubelet", "time": f"1970-01-01T00:0{second // 60}:{second % 60:02d}Z"}
    ]
    return thing


def by(thing: Thing, *managers: str) -> Thing:
    thing["metadata"]["managedFields"] = [{"manager": one, "operation": "Update"} for one in managers]
    return thing


def test_a_change_says_who_made_it() -> None:
    story = Story(
        listing(by(pod("a"), "kubeskeptic")),
        [
            event("MODIFIED", by(pod("a", phase="Failed"), "kubeskeptic", "kubelet")),
            event("ADDED", by(pod("b"), "kubectl-run")),
            event("MODIFIED", by(pod("b"), "kubectl-run", "calico")),  # an annotation, which is not kept
            event("MODIFIED", by(pod("b", phase="Failed"), "kubectl-run", "calico", "kubelet")),
            event("DELETED", by(pod("b", phase="Failed"), "kubectl-run", "calico", "kubelet")),
        ],
    )
    story.play()
    assert story.by[:5] == [[], ["kubelet"], ["kubectl-run"], ["kubelet"], []]


def test_after_a_gap_a_change_says_who_wrote_in_it() -> None:
    story = Story(
        listing(by(pod("a"), "kubeskeptic")), [Unanswered("cut")],
        listing(by(pod("a", phase="Failed"), "kubeskeptic", "kubectl", "kubelet"), by(pod("b"), "kubectl-run")),
        [event("MODIFIED", by(pod("a", phase="Unknown"), "kubeskeptic", "kubectl", "kubelet", "x"))],
    )  # fmt: skip
    story.play()
    assert story.by[:4] == [[], ["kubectl", "kubelet"], ["kubectl-run"], ["x"]]


def test_a_change_is_as_old_as_the_silence_before_it_unless_the_object_says_less() -> None:
    told = Story(listing(), [OPENED, event("ADDED", pod("a"))])
    told.play()
    assert told.ages == [1.0]  # the last word of the server was a second before
    stamped = Story(listing(), [event("ADDED", written(pod("b"), 103))])
    stamped.now = 100.4
    stamped.play()
    assert stamped.ages == [pytest.approx(0.4)]
    assert (stamped.written, told.written) == ([103.0], [0.0])
    burst = Story(listing(), [OPENED, event("ADDED", pod("a")), event("ADDED", pod("b")), event("ADDED", pod("c"))])
    burst.pause = 0.001  # nothing was waited for: all may be as old as the first
    burst.play()
    assert burst.ages == [pytest.approx(1.002), pytest.approx(1.003), pytest.approx(1.004)]
    marked = pod("d")
    marked["metadata"] |= {"deletionTimestamp": "1970-01-01T00:01:45Z", "deletionGracePeriodSeconds": 5}
    for type_ in ("MODIFIED", "DELETED"):
        deleted = Story(listing(pod("d")), [event(type_, marked)])
        deleted.now = 97.4  # marked at 100, which is in no managedFields; the list was at 98.4
        deleted.play()
        assert deleted.ages == [0.0, pytest.approx(0.4)]
    ahead = Story(listing(), [event("ADDED", written(pod("c"), 300))])
    ahead.play()
    assert ahead.ages == [2.0]  # a clock that is ahead says nothing
