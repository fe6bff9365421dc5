"""The benchmark: the running product beside its limits and the straightforward alternative.

    python -m bench            everything but the growth to a million users; --full adds it
    python -m bench --quick    the ratios of targets 1 to 4 in under three minutes

The promise: every target is a ratio of figures taken in one run on one machine, sides alternating,
each side repeated. Absolute figures say what a machine does on a day; only ratios are compared.
"""
