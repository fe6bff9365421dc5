"""What a person sees of an install."""

import io

import pytest
from rich.console import Console

from service.engine.progress import shown

MB = 1_000_000


def report(console: Console, steps: list[int], total: int) -> None:
    with shown(console) as progress:
        for step in steps:
            progress(step * MB, total * MB)


def test_a_pipe_gets_the_size_first_and_then_a_few_plain_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("USER_SYNC_ENGINE_DIR", "/somewhere")
    out = io.StringIO()
    report(Console(file=out, width=200), list(range(81)), 80)
    assert out.getvalue().splitlines() == [
        "Downloading OpenSearch: 80 MB into /somewhere",
        "OpenSearch: 20 of 80 MB",
        "OpenSearch: 40 of 80 MB",
        "OpenSearch: 60 of 80 MB",
        "OpenSearch: 80 of 80 MB",
    ]


def test_a_resumed_install_states_what_is_left() -> None:
    out = io.StringIO()
    report(Console(file=out, width=200), [60, 80], 80)
    assert "20 MB into" in out.getvalue()
    assert "(60 MB are here)" in out.getvalue()


def test_a_terminal_gets_the_size_and_a_bar_and_no_colour_if_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    report(Console(file=out, width=100, force_terminal=True), [0, 40, 80], 80)
    assert "Downloading OpenSearch: 80 MB" in out.getvalue()
    assert "80.0/80.0 MB" in out.getvalue()
    assert "\x1b[3" not in out.getvalue()
