"""Runs a command and ends it when its own standard input closes: `supervisor.py SECONDS COMMAND…`.

Promise: the command never outlives the process at the other end of that pipe, not even when that
one is killed with SIGKILL: the operating system then closes the pipe. (Linux could signal the child
at its parent's death, macOS could not, and Linux means the parent's *thread*.)
"""

import os
import signal
import subprocess
import sys
import threading


def supervised(command: list[str], *, grace_s: float) -> list[str]:
    """The command line that runs `command` under a supervisor; see `supervise`."""
    return [sys.executable, "-I", "-S", __file__, str(grace_s), *command]


def supervise(grace_s: float, command: list[str]) -> int:
    """Run `command` until it ends or standard input closes; its exit status, as a shell's.

    grace_s: from the request to end, after which it is killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the person's command to handle
    # The claims on the port and the data folder live in inherited descriptors: passed on.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    threading.Thread(target=_end_at_close, args=(child, grace_s), daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _end_at_close(child: "subprocess.Popen[bytes]", grace_s: float) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    child.terminate()
    try:
        child.wait(grace_s)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(supervise(float(sys.argv[1]), sys.argv[2:]))
