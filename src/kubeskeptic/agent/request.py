"""Reads one HTTP/1.1 request from the bytes that a connection has received so far."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

LONGEST_HEAD = 16384
LONGEST_BODY = 1 << 20


@dataclass(frozen=True)
class Request:
    """One request. ``query`` has the last value of each name, ``peer`` is the caller's IP address."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    peer: str


class BadRequest(ValueError):
    """An invalid request; the message is one sentence, and the answer has status 400."""


def parse(data: bytes, peer: str = "") -> tuple[Request, int, bool] | None:
    """Return the first request in ``data``, its length in bytes, and whether to keep the connection; None if incomplete.

    :raises BadRequest: when it is not a request
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > LONGEST_HEAD:
            raise BadRequest("the header is too long")
        return None
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("this is not a request of HTTP/1")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    found = _body(data, end + 4, headers)
    if found is None:
        return None
    body, used = found
    wish = headers.get("connection", "").lower()
    keep = wish == "keep-alive" if words[2] == "HTTP/1.0" else wish != "close"
    target = urlsplit(words[1])
    query = dict(parse_qsl(target.query, keep_blank_values=True))
    return Request(words[0], target.path or "/", query, body, peer), used, keep


def _body(data: bytes, start: int, headers: dict[str, str]) -> tuple[bytes, int] | None:
    """Return the body that begins at ``start``, and where it ends."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(data, start)
    text = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not text.isdecimal() or int(text) > LONGEST_BODY:
        raise BadRequest(f"a body is sent with its length or in chunks, and has at most {LONGEST_BODY} bytes")
    end = start + int(text)
    return (data[start:end], end) if len(data) >= end else None


def _chunks(data: bytes, start: int) -> tuple[bytes, int] | None:
    """Return a chunked body, which clients send if its length is not known, and where it ends; trailers are skipped."""
    body = b""
    while (line_end := data.find(b"\r\n", start)) >= 0:
        size = _size(data[start:line_end])
        start = line_end + 2
        if size == 0:
            end = data.find(b"\r\n", start) if data[start : start + 2] == b"\r\n" else data.find(b"\r\n\r\n", start) + 2
            return (body, end + 2) if end >= start else None
        if len(data) < start + size + 2:
            return None
        body += data[start : start + size]
        start += size + 2
        if len(body) > LONGEST_BODY:
            raise BadRequest(f"a body has at most {LONGEST_BODY} bytes")
    return None


def _size(line: bytes) -> int:
    try:
        size = int(line.split(b";")[0], 16)
    except ValueError as error:
        raise BadRequest("a chunk begins with its size") from error
    if not 0 <= size <= LONGEST_BODY:
        raise BadRequest(f"a body has at most {LONGEST_BODY} bytes")
    return size
