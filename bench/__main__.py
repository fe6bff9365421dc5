"""`python -m bench`: choose, run, show, write down."""

import argparse
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console

from bench import machine, picture, table
from bench.engine import running_engine
from bench.figures import Findings, Result
from bench.generator import Generator, NoCompiler
from bench.measurements import (
    acknowledging,
    correctness,
    depth,
    draining,
    growth,
    idling,
    lag,
    searching,
    sustaining,
    warming,
)
from bench.scale import FULL, NORMAL, QUICK, Scale
from bench.stand import Stand

Measurement = Callable[[Stand], Awaitable[Findings]]

_FOLDER: Final = Path(__file__).parent
_QUICK: Final = ("acknowledging", "indexing", "draining", "sustaining", "lag")
MEASUREMENTS: Final[dict[str, Measurement]] = {
    "acknowledging": acknowledging.paused,
    "indexing": acknowledging.indexing,
    "draining": draining.speed,
    "depth": depth.memory_and_cost,
    "sustaining": sustaining.end_to_end,
    "lag": lag.lone_events,
    "loaded": lag.under_load,
    "searching": searching.type_ahead,
    "idling": idling.idle,
    "correctness": correctness.users_wrong,
    "growth": growth.slopes,
}


def main() -> int:
    """The exit code: 0 when it ran, whatever it found."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmark user-sync.")
    parser.add_argument("--quick", action="store_true", help="the ratios of targets 1 to 4")
    parser.add_argument("--full", action="store_true", help="growth to a million users, too")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies all sizes")
    parser.add_argument("--repetitions", type=int, help="of each side")
    parser.add_argument("--only", default="", help=f"of {','.join(MEASUREMENTS)}")
    parser.add_argument("--out", type=Path, help="folder for results.json and results.svg")
    chosen = parser.parse_args()
    scale = QUICK if chosen.quick else FULL if chosen.full else NORMAL
    scale = scale.by(chosen.scale) if chosen.scale != 1 else scale
    if chosen.repetitions:
        scale = scale.repeated(chosen.repetitions)
    names = tuple(filter(None, chosen.only.split(",")))
    names = names or (_QUICK if chosen.quick else tuple(MEASUREMENTS))
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    out = chosen.out or (_FOLDER if names == tuple(MEASUREMENTS) and chosen.scale == 1 else None)
    console = Console(width=None if sys.stdout.isatty() else 150)
    try:
        results, notes = uvloop.run(_run(console, scale, names))
    except NoCompiler as reason:
        print(reason, file=sys.stderr)
        return 1
    table.show(console, results, notes)
    if out is not None:
        _write(out, results, notes)
        console.print(f"Written: {out / 'results.json'} and results.svg")
    return 0


async def _run(
    console: Console, scale: Scale, names: tuple[str, ...]
) -> tuple[list[Result], dict[str, Any]]:
    results: list[Result] = []
    notes: dict[str, Any] = {"machine": machine.described(), "load_average": {}}
    with tempfile.TemporaryDirectory(prefix="user-sync-bench-") as scratch:
        folder = Path(scratch)
        generator = Generator.compile(folder)
        console.print("Starting OpenSearch and warming it up.")
        async with running_engine(folder / "engine") as engine:
            stand = Stand(engine, generator, scale, folder)
            await warming.warm_up(stand)
            for name in names:
                notes["load_average"][name] = machine.load()
                console.print(f"Measuring: {name}")
                findings = await MEASUREMENTS[name](stand)
                results += findings.results
                notes |= findings.notes
    return results, notes


def _write(folder: Path, results: list[Result], notes: dict[str, Any]) -> None:
    report = {"results": [result.as_dict() for result in results], **notes}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(
        json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (folder / "results.svg").write_text(picture.draw(report), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
