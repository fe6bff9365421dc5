"""Whether an export can be of the directory that is indexed: user ids repeat across tenants."""

from collections.abc import Callable
from contextlib import aclosing

from service.backfill.export_file import ExportDamaged, ExportFile
from service.backfill.profiles import LineOptions, ReadProfile, profiles_ahead
from service.index.reading import UserReader


async def is_of_others(
    export: ExportFile,
    reader: UserReader,
    options: LineOptions,
    *,
    before_us: int,
    now_us: Callable[[], int],
) -> bool:
    """Whether nobody of an export is in the index, which has other users from before it.

    The export is read from its beginning and left there; its first users tell nearly always.
    before_us: an instant before the export was asked for, µs.

    Raises ExportDamaged when it is written to meanwhile, opensearch-py's exceptions.
    """
    others: frozenset[str] | None = None
    try:
        async with aclosing(profiles_ahead(export, options, now_us=now_us)) as batches:
            async for batch in batches:
                ids = [line.event.user_id for line in batch if isinstance(line, ReadProfile)]
                if others is None:
                    if ids and await reader.documents(ids, whole=False):
                        return False
                    latest_us = now_us() + options.future_tolerance_us
                    page = await reader.users_before(before_us, latest_us=latest_us)
                    others = frozenset(page.ids)
                if not others or not others.isdisjoint(ids):
                    return False
    except ExportDamaged:
        return False  # what comes before the damage can be used
    finally:
        export.rewind()
    return bool(others)
