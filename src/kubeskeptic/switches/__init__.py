"""Dead man's switches on the host: detached processes that undo a fault when the run that made it cannot."""
