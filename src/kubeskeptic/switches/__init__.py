"""Dead man's switches on the host: detached processes that undo a fault when the run that inflicted it cannot.

===========  ==================================================================
``process``  the process: waits for a deadline or for the death of a run, and then undoes the fault
``control``  starts, disarms and lists switches
===========  ==================================================================

This module imports nothing: the switch's process imports it and must start fast.
"""
