"""The findings for people: one table of ratios, then the notes."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import Result, Series


def show(console: Console, results: Iterable[Result], notes: Mapping[str, Any]) -> None:
    """Print them."""
    table = Table(title="Medians, and (minimum to maximum)", title_justify="left")
    for column in ("", "measured", "ours", "theirs", "ratio", "wanted", ""):
        table.add_column(column, overflow="fold")
    for result in results:
        versus = f"{result.versus} {_with_range(result.theirs)}" if result.theirs else ""
        table.add_row(
            str(result.target),
            f"{result.what} [dim]{result.unit}[/dim]",
            _with_range(result.ours),
            versus,
            _with_range(result.ratios) if result.theirs else "",
            str(result.goal),
            "[green]pass[/green]" if result.passed else "[red]miss[/red]",
        )
    console.print(table)
    for name, note in notes.items():
        console.print(f"{name.replace('_', ' ')}: {_told(note)}", soft_wrap=True, highlight=False)


def _told(note: object) -> str:
    if isinstance(note, Mapping):
        return ", ".join(
            f"{name} ({_told(value)})" if isinstance(value, Mapping) else f"{name} {_told(value)}"
            for name, value in note.items()
        )
    if isinstance(note, list):
        return "; ".join(map(_told, note))
    return _figure(note) if isinstance(note, int | float) else str(note)


def _with_range(series: Series | None) -> str:
    if series is None:
        return ""
    middle = _figure(series.median)
    if len(series.values) == 1:
        return middle
    return f"{middle} ({_figure(series.minimum)} to {_figure(series.maximum)})"


def _figure(value: float) -> str:
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
