"""Dead man's switches on the host: detached processes that undo a fault when the run that made it cannot.

===========  ==================================================================
``process``  what such a process does: it waits for a deadline or for the death of a run, and undoes
``control``  starting, disarming and listing them
===========  ==================================================================

This page imports nothing: the switch's process starts through it and has to start fast.
"""
