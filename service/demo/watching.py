"""Keeps the demo up until somebody ends it, and tells of the events that arrive meanwhile."""

import asyncio
import os
import select
import stat
import sys
from typing import Final

from service.demo.checking import growth
from service.demo.next_steps import Demo
from service.demo.page import Page
from service.demo.playing import Stage
from service.demo.service_process import ServiceProcess
from service.demo.telling import counted

_LOOK_SECONDS: Final = 0.25


async def watch(demo: Demo, service: ServiceProcess, stage: Stage, page: Page) -> None:
    """Return when nobody is left to watch for. Raises DemoError when a part of the demo ends."""
    parent = os.getppid()
    before = await stage.journal.accounting()
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        demo.cluster.require()
        service.require()
        if _unread() or _deserted(parent):
            return
        after = await stage.journal.accounting()
        if after.journal:
            continue
        if received := after.received_total - before.received_total:
            users = await stage.index.count()
            page.checked(
                f"{received:,} event{'' if received == 1 else 's'} received: "
                f"{counted(growth(before, after))} · {users:,} users"
            )
        before = after


def _unread() -> bool:
    """Whether stdout is a pipe that nobody reads any more."""
    try:
        descriptor = sys.stdout.fileno()
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(state & (select.POLLERR | select.POLLHUP) for _, state in poll.poll(0))


def _deserted(parent: int) -> bool:
    """Whether the make that started this has gone without a word; others may start and leave."""
    return "MAKELEVEL" in os.environ and os.getppid() != parent
