"""A users export from the asking to the file."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import IO, Final

from service.directory.errors import DirectoryError, DirectoryUnavailable
from service.directory.management_api import ExportJob, ManagementApi

# Of some thousand users it is done in seconds, of millions in an hour.
_FIRST_LOOK_S: Final = 0.5
_LOOKS_GROW_BY: Final = 1.5
_LONGEST_LOOK_S: Final = 10.0
# Auth0 forgets the job then.
_LONGEST_S: Final = 24 * 3600.0
_MOST_DOWNLOADS: Final = 5
# What changed so shortly before may not be in it yet: Auth0's copies catch up with one another.
_CATCHES_UP_IN_US: Final = 60_000_000


async def fetch_export(
    api: ManagementApi,
    fields: Sequence[str],
    into: IO[bytes],
    *,
    getting_on: Callable[[str], None],
    waiting: Callable[[str], None],
    now_us: Callable[[], int],
) -> int:
    """Have Auth0 export every user, and write that; returns as of when it is.

    into: a file that can be emptied. getting_on: told, now and then, what it does. waiting: told
    why the download is begun anew. now_us, and the result: µs since the epoch; a minute before the
    asking, by the earlier of this clock and Auth0's, for a time too early only finds less. Raises
    DirectoryError.
    """
    asked_us = now_us()
    job = await api.create_export(fields)
    if job.created_us is not None:
        asked_us = min(asked_us, job.created_us)
    job = await _completed(api, job, getting_on)
    getting_on("Downloading Auth0's export")
    for tries in range(1, _MOST_DOWNLOADS + 1):
        try:
            await api.download(job.location or "", into)
        except DirectoryUnavailable as error:
            if tries == _MOST_DOWNLOADS:
                raise
            waiting(f"{error}; asking again")
            into.seek(0)
            into.truncate()
            # A link is good for a minute; each answer has a new one.
            job = await _completed(api, job, getting_on)
        else:
            break
    return asked_us - _CATCHES_UP_IN_US


async def _completed(
    api: ManagementApi, job: ExportJob, getting_on: Callable[[str], None]
) -> ExportJob:
    deadline_s = time.monotonic() + _LONGEST_S
    pause_s = _FIRST_LOOK_S
    while True:
        job = await api.export_job(job.id)
        if job.status == "completed" and job.location:
            return job
        if job.status not in {"pending", "processing", "completed"}:
            why = f" ({job.summary})" if job.summary else ""
            raise DirectoryError(f"Auth0's job {job.id} ended as {job.status}{why}. Ask again.")
        if time.monotonic() > deadline_s:
            raise DirectoryError(f"Auth0's job {job.id} is {job.status} since a day. Ask again.")
        done = f", {job.percent} %" if job.percent is not None else ""
        getting_on(f"Auth0 exports its users ({job.status}{done})")
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * _LOOKS_GROW_BY, _LONGEST_LOOK_S)
