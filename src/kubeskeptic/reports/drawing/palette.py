"""The colours of pages and of standalone drawings, in light and dark mode."""

from __future__ import annotations

from importlib.resources import files


def style() -> str:
    """Return the style rules for the shapes of a timeline, without colours."""
    return _read("timeline.css")


def for_drawing() -> str:
    """Return the colours of a standalone drawing, which follow the reader's preference."""
    return f".timeline{{{_read('light.css')}}}@media(prefers-color-scheme:dark){{.timeline{{{_read('dark.css')}}}}}"


def for_page() -> str:
    """Return the colours of a page, which follow the reader's preference unless ``data-theme`` is set. Print is light."""
    light, dark = _read("light.css"), _read("dark.css")
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )


def _read(name: str) -> str:
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return "".join(line.strip() for line in lines if not line.startswith("/*"))
