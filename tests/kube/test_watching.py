from __future__ import annotations

import json

import pytest

from kubeskeptic.errors import ClusterError, Gone, Unanswered
from kubeskeptic.kube import Kube
from kubeskeptic.kube.connection import events

from .conftest import FakeServer

PODS = "/api/v1/namespaces/shop/pods"


def line(kind: str, **fields: object) -> bytes:
    return json.dumps({"type": kind, "object": fields}).encode() + b"\n"


def test_events_come_whole_however_they_are_cut() -> None:
    whole = line("ADDED", a=1) + line("MODIFIED", a=2)
    pieces = [whole[i : i + 7] for i in range(0, len(whole), 7)]
    assert [event["type"] for event in events(pieces)] == ["ADDED", "MODIFIED"]


def test_gone_arrives_inside_a_good_answer() -> None:
    with pytest.raises(Gone, match="too old resource version"):
        list(events([line("ERROR", code=410, message="too old resource version: 1 (2)")]))


def test_another_error_is_an_error() -> None:
    with pytest.raises(ClusterError, match="etcd"):
        list(events([line("ERROR", code=500, message="etcd is gone")]))


@pytest.mark.parametrize("torn", [b'{"type": "ADD', b"<html>\n"])
def test_half_an_event_is_no_event(torn: bytes) -> None:
    with pytest.raises(Unanswered):
        list(events([line("ADDED"), torn]))


def test_watch_asks_for_bookmarks_and_an_end(kube: Kube, server: FakeServer) -> None:
    server.streams(PODS, [line("ADDED", a=1), line("BOOKMARK", b=2)])
    seen = list(kube.watch("Pod", "shop", "app=web", "41", 6))
    assert [event["type"] for event in seen] == ["OPENED", "ADDED", "BOOKMARK"]
    query = server.asked[0]["query"]
    assert (query["resourceVersion"], query["timeoutSeconds"], query["allowWatchBookmarks"]) == ("41", "6", "true")


def test_a_watch_that_is_cut_is_not_one_that_ended(kube: Kube, server: FakeServer) -> None:
    server.streams(PODS, [line("ADDED", a=1)], ended=False)
    with pytest.raises(Unanswered):
        list(kube.watch("Pod", "shop", "", "41", 6))


def test_gone_as_the_answer_itself(kube: Kube, server: FakeServer) -> None:
    server.says("GET", PODS, {"message": "too old"}, status=410)
    with pytest.raises(Gone):
        list(kube.watch("Pod", "shop", "", "1", 6))
