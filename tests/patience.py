"""How long a test waits for what must come: a bound for hangs, never a claim about speed."""

LONG_S = 60.0
"""A loaded machine may be this slow; a promise about time is measured where it is promised."""
