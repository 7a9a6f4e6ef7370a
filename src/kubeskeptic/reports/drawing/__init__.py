"""Draws a timeline as SVG, without a library: lanes, faults, API changes, gaps and bounds on one axis."""
