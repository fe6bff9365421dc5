"""How cost grows."""

from bench.figures import Findings
from bench.stand import Stand


async def slopes(stand: Stand) -> Findings:
    return Findings()
