"""`user-sync settings`: every setting as it is now, with unit, default and meaning."""

import textwrap
from itertools import groupby

import click
from rich.text import Text

from service.commands.terminal import console
from service.observability.printable import printable
from service.settings import Settings, load_settings
from service.settings.catalogue import ENTRIES, Entry


@click.command("settings")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "env", "markdown"]),
    default="text",
    show_default=True,
    help="env: lines for an environment file; markdown: a table of names and defaults.",
)
def settings(form: str) -> None:
    """Print every setting with its value, unit and meaning.

    Settings are environment variables. Secrets are masked; each can also come from a file, by the
    same name and _FILE. What differs from the default is marked with *. In a pipe: one line a
    setting, with variable, value, default, unit and meaning separated by tabs.

    \b
    Example:
      USER_SYNC_TENANT=acme user-sync settings
      user-sync settings --format env > user-sync.env
    """
    current = load_settings()
    if form == "env":
        print("\n".join(_env_lines(entry, current) for entry in ENTRIES))
    elif form == "markdown":
        print("\n".join(_markdown()))
    elif console().is_terminal:
        _print_described(current)
    else:
        for entry in ENTRIES:
            cells = (entry.variable, entry.value(current), *_constants(entry))
            print("\t".join(map(printable, cells)))


def _constants(entry: Entry) -> tuple[str, str, str]:
    return entry.default, entry.kind.unit, entry.meaning


def _print_described(settings: Settings) -> None:
    out = console()
    for group, entries in groupby(ENTRIES, key=lambda entry: entry.group):
        about = (type(getattr(settings, group)).__doc__ or "").partition("\n")[0]
        out.print(Text(about, style="bold"), "", sep="\n")
        for entry in entries:
            out.print(_headline(entry, settings))
            wrapped = textwrap.wrap(entry.meaning, width=max(20, out.width - 6))
            out.print(Text("\n".join(f"    {line}" for line in wrapped), style="dim"), "", sep="\n")


def _headline(entry: Entry, settings: Settings) -> Text:
    changed = not entry.is_default(settings)
    text = Text()
    text.append("* " if changed else "  ", style="green")
    text.append(entry.variable, style="cyan")
    text.append("  ")
    text.append(printable(entry.value(settings)) or "unset", style="bold" if changed else "")
    about = entry.kind.unit
    if changed:
        about += f", default {entry.default or 'unset'}"
    text.append(f"  ({about})", style="dim")
    return text


def _env_lines(entry: Entry, settings: Settings) -> str:
    comment = textwrap.fill(
        f"{entry.meaning} ({entry.kind.unit})",
        width=100,
        initial_indent="# ",
        subsequent_indent="# ",
    )
    value = printable(entry.value(settings))
    if entry.kind.secret or entry.is_default(settings):
        # Neither a mask nor a default is worth pasting.
        shown = f"# {entry.variable}={entry.default or entry.kind.example}"
    else:
        shown = f"{entry.variable}={value}"
    return f"{comment}\n{shown}\n"


def _markdown() -> list[str]:
    lines = ["| Variable | Default | Unit | Meaning |", "|---|---|---|---|"]
    for entry in ENTRIES:
        default = f"`{entry.default}`" if entry.default else ""
        unit = entry.kind.unit.replace("|", r"\|")
        lines.append(f"| `{entry.variable}` | {default} | {unit} | {entry.meaning} |")
    return lines
