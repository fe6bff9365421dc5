"""Runs a command and ends it when its own standard input closes; run by path, as a script.

Promise: the command never outlives the process at the other end of that pipe, not even when that
one is killed with SIGKILL: the operating system then closes the pipe. (Linux could signal the child
at its parent's death, macOS could not, and Linux means the parent's *thread*.)
"""

import os
import signal
import subprocess
import sys
import threading

_GRACE_SECONDS = 10.0


def supervise(command: list[str]) -> int:
    """Run `command` until it ends or standard input closes; its exit status, as a shell's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the person's command to handle
    # The claims on the port and the data folder live in inherited descriptors: passed on.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    threading.Thread(target=_end_at_close, args=(child,), daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def _end_at_close(child: "subprocess.Popen[bytes]") -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    child.terminate()
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1:]))
