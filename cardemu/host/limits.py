"""How much of a machine a command may be asked to use."""

MAX_PROCESSES = 1_000
"""assumed: several times the processors of any machine."""
