"""Every tolerance of the suite, named and derived. Arrays have none: they agree to the bit."""

LOSS = 1e-9
"""Relative, of losses and scores: float64 sums of log-sigmoids, whose exp and log1p come from each
platform's libm (an ulp or two, 4e-16) and whose terms may be added in another order (n * 1e-16)."""
LOSS_FLOOR = 1e-12
"""Absolute: below it a loss is all rounding."""
