"""A timeline as SVG written by hand: lanes, faults, API changes, gaps and bounds on one axis."""
