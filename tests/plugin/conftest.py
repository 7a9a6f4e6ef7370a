"""Inner runs take the modules that they import away when they end; the plug-in and later runs must see the same ones."""

import kubeskeptic.plugin.cases
import kubeskeptic.scenarios  # noqa: F401 - imported for good, before any inner run
