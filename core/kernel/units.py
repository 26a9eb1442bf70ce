"""Numbers that say what they count."""

from typing import NewType

Credits = NewType("Credits", int)
"""What people spend; a whole number, never negative in a balance."""

MicroUsd = NewType("MicroUsd", int)
"""What a provider charges the operator: one millionth of a US dollar."""
