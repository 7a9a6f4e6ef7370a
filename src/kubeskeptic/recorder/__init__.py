"""List-and-watch of the objects that claims speak of, every change with the time it was seen, every gap marked as one."""

from kubeskeptic.recorder.following import Watch
from kubeskeptic.recorder.recorder import Recorder

__all__ = ["Recorder", "Watch"]
