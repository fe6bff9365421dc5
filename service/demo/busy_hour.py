"""A busy hour: a thousand changes to everybody, in any order, some of them twice; pure."""

import random

from service.demo.chronicle import Chronicle
from service.demo.story import Step, sent


def busy_hour(so_far: Chronicle, dice: random.Random) -> Step:
    """The last step, from minute 60 on. dice: decide how many changes, and their order."""
    living = so_far.living()
    changes = [
        so_far.updated(person, 60 + 59.5 * n / most, f"has {n} points", points=n)
        for person, most in ((p, dice.randint(40, 80)) for p in living)
        for n in range(1, most + 1)
    ]
    repeated = dice.sample(changes, len(changes) // 5)
    posts = [sent(event.message) for event in (*changes, *repeated)]
    dice.shuffle(posts)
    return Step(
        "A busy hour, in any order",
        f"{len(changes):,} changes to all {len(living)} users, {len(repeated)} of them "
        "delivered twice, shuffled anew in each run, over 16 connections at once. Of every "
        "user the newest has to win.",
        tuple(posts),
        leaves=tuple(so_far.latest(person) for person in living),
        counts={"settled": len(posts)},
        confirms="All {count} users are as the newest of their changes left them",
        one_by_one=False,
    )
