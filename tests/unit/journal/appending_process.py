"""A process that appends to a journal and writes each acknowledged number to stdout at once.

`python -m tests.unit.journal.appending_process PATH FIRST APPENDERS`; it goes on until it is
killed. With several appenders every number comes with a filler; meanwhile all fillers are settled
and every fifth number becomes a dead letter.
"""

import asyncio
import itertools
import os
import sys
from pathlib import Path

from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Burial, Disposition, Entry, Outcome, Settlement

FILLER = b"filler"


async def main(path: Path, first: int, appenders: int) -> None:
    journal = await Journal.open(path, JournalOptions(min_free_disk_bytes=0))
    numbers = itertools.count(first)

    async def append() -> None:
        for number in numbers:
            bodies = [b"%d " % number, FILLER + b"%d " % number * 100][: min(appenders, 2)]
            await journal.append(
                [Entry(body, "user.created", Disposition.STORE) for body in bodies]
            )
            os.write(1, bodies[0])

    async def index() -> None:
        cursor = 0
        while True:
            await journal.wait_for_events(cursor)
            records = await journal.claim(after=cursor, max_events=100, max_bytes=10**6)
            done = [r.seq for r in records if r.body.startswith(FILLER)]
            poison = [r.seq for r in records if r.seq % 5 == 0]
            await journal.settle(
                [Settlement(seq, Outcome.APPLIED) for seq in done],
                [Burial(seq, "poison", "", 1, "") for seq in poison],
            )
            cursor = records[-1].seq if records else cursor

    async with asyncio.TaskGroup() as tasks:
        for _ in range(appenders):
            tasks.create_task(append())
        if appenders > 1:
            tasks.create_task(index())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
