"""Target 1: durable acknowledgements, with the indexer paused and with it running."""

from bench.figures import Findings, Result, at_least, at_most
from bench.generator import Answers
from bench.processes import cpu_s
from bench.product import running_product
from bench.rivals import running_alternative, running_limit
from bench.stand import Stand


async def paused(stand: Stand) -> Findings:
    """The receiver and the journal alone, against L1."""
    number, repetitions = stand.scale.acknowledged, stand.scale.repetitions
    bodies = stand.bodies(stand.load().take(number * (repetitions + 1)))
    limit: list[Answers] = []
    ours: list[Answers] = []
    used_s: list[float] = []
    folder = stand.folder("acknowledging")
    async with (
        running_limit(folder) as rival,
        running_product(stand.engine, folder, indexing=False) as product,
    ):
        process = product.program.figures
        for turn in range(repetitions + 1):
            first = turn * number
            count = number if turn else number // 4  # the first warms up
            theirs = await stand.generator.post(rival.port, bodies.path, first=first, count=count)
            before_s = cpu_s(process)
            mine = await stand.generator.post(product.port, bodies.path, first=first, count=count)
            if turn:
                limit.append(theirs)
                ours.append(mine)
                used_s.append(cpu_s(process) - before_s)
    bodies.path.unlink()
    return Findings(
        [
            Result.compared(
                1,
                "acknowledged, indexer paused",
                "events/s",
                [side.rate for side in ours],
                "L1",
                [side.rate for side in limit],
                at_least(0.55),
            ),
            Result.compared(
                1,
                "p99 of an acknowledgement",
                "ms",
                [side.p99_ms for side in ours],
                "L1",
                [side.p99_ms for side in limit],
                at_most(4),
            ),
        ],
        {
            "processor_us_per_acknowledgement": {
                "service": _mean_us(used_s, ours),
                "generator": _mean_us([side.cpu_seconds for side in ours], ours),
            }
        },
    )


async def indexing(stand: Stand) -> Findings:
    """The same with the indexer running, against A."""
    number, repetitions = stand.scale.acknowledged, stand.scale.repetitions
    share = number // stand.scale.alternative
    bodies = stand.bodies(stand.load().take(number * repetitions))
    alternative: list[Answers] = []
    ours: list[Answers] = []
    for turn in range(repetitions):
        folder, first = stand.folder("acknowledging"), turn * number
        async with running_alternative(stand.engine, folder) as rival:
            alternative.append(
                await stand.generator.post(rival.port, bodies.path, first=first, count=share)
            )
        await stand.engine.fresh_index()
        async with running_product(stand.engine, folder) as product:
            ours.append(
                await stand.generator.post(product.port, bodies.path, first=first, count=number)
            )
    await stand.engine.remove_index()
    bodies.path.unlink()
    return Findings(
        [
            Result.compared(
                1,
                "acknowledged, indexer running",
                "events/s",
                [side.rate for side in ours],
                "A",
                [side.rate for side in alternative],
                at_least(4),
            )
        ],
        {
            "p99_ms_of_an_acknowledgement_while_indexing": {
                "service": max(side.p99_ms for side in ours),
                "alternative": max(side.p99_ms for side in alternative),
            }
        },
    )


def _mean_us(used_s: list[float], sides: list[Answers]) -> float:
    return round(sum(used_s) / sum(side.accepted for side in sides) * 1e6, 1)
