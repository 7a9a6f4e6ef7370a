"""List-and-watch of the objects that claims are about: records every change with the time it was seen, and every gap."""

from kubeskeptic.recorder.following import Watch
from kubeskeptic.recorder.recorder import Recorder

__all__ = ["Recorder", "Watch"]
