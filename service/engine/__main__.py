"""`python -m service.engine install | class-data | lock | run FOLDER`: what the Makefile calls.

Promise: an install that is complete ends at once and says nothing.
"""

import sys
from pathlib import Path

from service.engine.errors import EngineError
from service.engine.install import install, installed


def main(arguments: list[str]) -> int:
    """Run one of the commands; its exit status."""
    # Each command imports what it needs: the one that finds nothing to do is called all the time.
    match arguments:
        case ["install"]:
            if not installed():
                from service.engine.progress import shown  # noqa: PLC0415

                with shown() as progress:
                    install(progress)
        case ["class-data"]:
            from service.engine.dump import dump  # noqa: PLC0415

            telling = "Reading OpenSearch's classes, once: nodes then start in half the time."
            dump(begin=lambda: print(telling, flush=True))
        case ["lock"]:
            from service.engine.lock import lock  # noqa: PLC0415

            print(f"pinned {lock()} jars")
        case ["run", folder] if not folder.startswith("-"):
            from service.engine.foreground import run  # noqa: PLC0415

            run(Path(folder))
        case _:
            print((__doc__ or "").splitlines()[0], file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EngineError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
