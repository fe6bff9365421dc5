"""The findings as one SVG: bars beside one another, readable on light and on dark pages."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

_WIDTH: Final = 760
_LABELS: Final = 290
_BAR: Final = 16
_ROW: Final = 24
_STYLE: Final = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600 }
    .ours { fill: #0969da }
    .limit { fill: #afb8c1 }
    .alternative { fill: #d4a72c }
    .small { font-size: 11px; opacity: .75 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .ours { fill: #4493f8 }
      .limit { fill: #6e7681 }
      .alternative { fill: #bb8009 }
    }
"""

Bar = tuple[str, str, float]
"""A label, whose figure it is (a class of the style), and the figure."""


def draw(report: Mapping[str, Any]) -> str:
    """The picture of a report as it is written to results.json."""
    panels = [
        ("Events a second, more is better", _throughput(report), "{:,.0f}/s"),
        ("From the 204 until a search finds it, less is better", _lag(report), "{:,.0f} ms"),
    ]
    parts: list[str] = []
    top = 8
    for title, bars, form in panels:
        if bars:
            drawn, top = _panel(title, bars, form, top)
            parts += drawn
    machine = report["machine"]
    told = f"{machine['cores']} cores for everything: load generator, service, OpenSearch"
    parts.append(_text(8, top + 10, f"{told}. Medians, taken {machine['taken']}.", "small"))
    height = top + 22
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-label="Benchmark results">\n'
        f"  <style>{_STYLE}  </style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _throughput(report: Mapping[str, Any]) -> list[Bar]:
    wanted = (
        ("acknowledged, indexer paused", "L1", "L1: HTTP alone, nothing kept", "acknowledged"),
        ("draining a journal", "L2", "L2: _bulk alone, made beforehand", "journal to index"),
        ("sustained, posted to searchable", "A", "A: one index request an event", "end to end"),
    )
    bars: list[Bar] = []
    for what, versus, their_label, our_label in wanted:
        for result in report["results"]:
            if result["what"] == what and result["versus"] == versus:
                kind = "alternative" if versus == "A" else "limit"
                bars.append((their_label, kind, result["theirs"]["median"]))
                bars.append((f"user-sync: {our_label}", "ours", result["ours"]["median"]))
    return bars


def _lag(report: Mapping[str, Any]) -> list[Bar]:
    bars: list[Bar] = []
    for result in report["results"]:
        if result["what"] == "lag of a lone event, p50":
            bars.append(("L3: index?refresh=true, p50", "limit", result["theirs"]["median"]))
            bars.append(("user-sync, p50", "ours", result["ours"]["median"]))
        if result["what"] == "lag of a lone event, p99":
            bars.append(("user-sync, p99", "ours", result["ours"]["median"]))
    if bars and (alternative := report.get("lag_ms_of_the_alternative")):
        bars += [(f"A, {share}", "alternative", alternative[share]) for share in ("p50", "p99")]
    return bars


def _panel(title: str, bars: Sequence[Bar], form: str, top: int) -> tuple[list[str], int]:
    """Its elements, and where the next one begins."""
    most = max(value for _, _, value in bars)
    room = _WIDTH - _LABELS - 100
    parts = [_text(8, top + 14, title, "title")]
    top += _ROW
    for label, kind, value in bars:
        length = max(1.0, value / most * room)
        parts.append(_text(8, top + 14, label, ""))
        parts.append(
            f'  <rect class="{kind}" x="{_LABELS}" y="{top + 2}" width="{length:.1f}" '
            f'height="{_BAR}" rx="2"/>'
        )
        parts.append(_text(_LABELS + length + 6, top + 14, form.format(value), ""))
        top += _ROW
    return parts, top + 10


def _text(x: float, y: float, text: str, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'  <text{named} x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
