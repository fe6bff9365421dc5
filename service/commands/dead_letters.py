"""`user-sync dead-letters`: what couldn't be indexed, and what to do with it.

A dead letter leaves only by a person's word or its retention, and every way out is counted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import click

from service.commands.counts import counted
from service.commands.dead_letter_view import print_letter, print_letters, summary
from service.commands.main import Failure
from service.commands.terminal import note
from service.journal.access import JournalAccess, connect
from service.journal.records import DeadLetterSummary
from service.settings import load_settings
from service.wiring.stage_options import journal_options

_PAGE = 500
# What the journal can hold.
_SEQ = click.IntRange(1, 2**63 - 1)


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at, replay or drop what couldn't be indexed.

    Works beside a running serve, and without one. A dead letter is an event that OpenSearch or
    this service found unusable; it is kept, with the reason, until it is replayed, dropped, or
    older than USER_SYNC_DEAD_LETTER_RETENTION.

    \b
    Example:
      user-sync dead-letters list
      user-sync dead-letters show 17
      user-sync dead-letters replay 17
      user-sync dead-letters replay --reason time_in_future
    """


@dead_letters.command("list")
@click.option("--reason", metavar="CODE", help="Only those with this code, e.g. time_in_future.")
@click.option(
    "--after",
    metavar="SEQ",
    default=0,
    type=click.IntRange(0, 2**63 - 1),
    help="Only those after this one: the next page.",
)
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="At most so many.",
)
def list_(reason: str | None, after: int, limit: int) -> None:
    """List dead letters, oldest first.

    In a pipe, one line each: seq, time of failure, code, type, attempts, bytes and reason,
    separated by tabs.
    """

    async def read(journal: JournalAccess) -> None:
        found = await _listed(journal, limit + 1, after, reason)
        letters = found[:limit]
        codes = await journal.dead_letters.codes()
        print_letters(letters)
        total = sum(codes.values()) if reason is None else codes.get(reason, 0)
        note(summary(len(letters), total, codes))
        if len(found) > limit:
            note(f"For the next: --after {letters[-1].seq}")

    _with_journal(read)


@dead_letters.command("show")
@click.argument("seq", type=_SEQ)
def show(seq: int) -> None:
    """Print one dead letter's body exactly as it was received.

    Its reason and times go to stderr. The body holds personal data.

    \b
    Example:
      user-sync dead-letters show 17 > event.json
    """

    async def read(journal: JournalAccess) -> None:
        letter = await journal.dead_letters.get(seq)
        if letter is None:
            raise Failure(f"There is no dead letter {seq}.")
        print_letter(letter)

    _with_journal(read)


async def _listed(
    journal: JournalAccess, limit: int, after: int, reason: str | None
) -> list[DeadLetterSummary]:
    """In pages, for a running serve answers only so many at once."""
    found: list[DeadLetterSummary] = []
    while len(found) < limit:
        size = min(_PAGE, limit - len(found))
        page = await journal.dead_letters.page(limit=size, after=after, code=reason)
        found += page
        if len(page) < size:
            break
        after = page[-1].seq
    return found


def _chosen(command: Callable[..., None]) -> Callable[..., None]:
    """SEQ…, --all or --reason: which dead letters a command is about."""
    for option in (
        click.option("--reason", metavar="CODE", help="All with this code."),
        click.option("--all", "everything", is_flag=True, help="All there are now."),
        click.argument("seqs", metavar="[SEQ]...", type=_SEQ, nargs=-1),
    ):
        command = option(command)
    return command


@dead_letters.command("replay")
@_chosen
@click.option(
    "--force",
    is_flag=True,
    help="Also index what is older than the tombstones' retention: a user deleted meanwhile "
    "would come back.",
)
def replay(seqs: tuple[int, ...], everything: bool, reason: str | None, force: bool) -> None:
    """Put dead letters back into the journal, to be indexed anew.

    What is still unusable becomes a dead letter again, under a new number.

    \b
    Example:
      user-sync dead-letters replay 17 18
      user-sync dead-letters replay --reason time_in_future
    """
    _require_choice(seqs, everything, reason)

    async def put_back(journal: JournalAccess) -> None:
        found = await _selection(journal, seqs, reason)
        count = await _in_pages(found, lambda page: journal.dead_letters.replay(page, force=force))
        _report(count, found, "went back to the journal")
        if count and await journal.owner_status() is None:
            note("No serve is running: they are indexed when one does.")

    _with_journal(put_back)


@dead_letters.command("drop")
@_chosen
@click.option("--yes", is_flag=True, help="Don't ask.")
def drop(seqs: tuple[int, ...], everything: bool, reason: str | None, yes: bool) -> None:
    """Remove dead letters for good. They are counted as dropped.

    \b
    Example:
      user-sync dead-letters drop 17
      user-sync dead-letters drop --reason not_an_object --yes
    """
    _require_choice(seqs, everything, reason)

    async def remove(journal: JournalAccess) -> None:
        found = await _selection(journal, seqs, reason)
        if found and not yes:
            click.confirm(
                f"Drop {counted(len(found), 'dead letter')} for good?", abort=True, err=True
            )
        count = await _in_pages(found, journal.dead_letters.drop)
        _report(count, found, "dropped for good")

    _with_journal(remove)


def _require_choice(seqs: Sequence[int], everything: bool, reason: str | None) -> None:
    if sum((bool(seqs), everything, reason is not None)) != 1:
        raise click.UsageError("Give numbers, --all, or --reason CODE: one of the three.")


async def _selection(journal: JournalAccess, seqs: Sequence[int], reason: str | None) -> list[int]:
    """The numbers given; without any, those of the dead letters that are there now."""
    if seqs:
        return list(dict.fromkeys(seqs))
    last = (await journal.status()).last_seq
    found: list[int] = []
    while page := await journal.dead_letters.page(
        limit=_PAGE, after=found[-1] if found else 0, code=reason
    ):
        found += [letter.seq for letter in page]
        if found[-1] >= last:
            break
    # A replayed one that fails again gets a number beyond: it isn't replayed for ever.
    return [seq for seq in found if seq <= last]


async def _in_pages(seqs: Sequence[int], act: Callable[[Sequence[int]], Awaitable[int]]) -> int:
    return sum([await act(seqs[at : at + _PAGE]) for at in range(0, len(seqs), _PAGE)])


def _report(count: int, chosen: Sequence[int], what: str) -> None:
    """Say what was done. Raises Failure when something was named that isn't there."""
    if not chosen:
        note("There are no such dead letters.")
        return
    click.echo(f"{counted(count, 'dead letter')} {what}.")
    if others := len(chosen) - count:
        raise Failure(
            f"No dead letters: {others} of {len(chosen)}. user-sync dead-letters list shows those "
            "that there are."
        )


def _with_journal(work: Callable[[JournalAccess], Awaitable[None]]) -> None:
    settings = load_settings()

    async def run() -> None:
        access: AbstractAsyncContextManager[JournalAccess] = connect(
            settings.journal.path, journal_options(settings), create=False
        )
        async with access as journal:
            await work(journal)

    asyncio.run(run())
