"""`python -m service` is the `user-sync` command.

What it needs takes a moment to load: Ctrl-C meanwhile is told like one later on.
"""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command; never returns."""
    try:
        from service.commands.main import cli  # noqa: PLC0415  that is what takes a moment
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was changed.\n")
        sys.exit(_INTERRUPTED)
    cli()


if __name__ == "__main__":
    main()
