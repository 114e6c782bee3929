"""The regression gate: may this version replace the current one, judged on the same golden cases, pair by pair.

A bare "not more than two points worse" rule rejects unchanged versions and lets real regressions through, because a
few hundred cases flip back and forth by themselves. The gate weighs the flips instead, and may say that it does not
know.
"""
