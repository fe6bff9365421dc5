"""Target 5."""

from bench.figures import Findings
from bench.stand import Stand


async def type_ahead(stand: Stand) -> Findings:
    return Findings()
