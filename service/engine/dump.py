"""Makes the class-data archives: from a node's classes, once it is up and stops again.

Promise: they are used whole or not at all; of two makers at once, one waits.
"""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from service.engine.claim import alone
from service.engine.class_data import ClassData
from service.engine.command import RUNTIME_OPTIONS, java_program
from service.engine.errors import EngineError
from service.engine.install import engine_folder
from service.engine.jars import JarList
from service.engine.node import Node

_DUMP_SECONDS = 120.0  # 6 s were seen


def dump(begin: Callable[[], None]) -> None:
    """Make them unless they are there; EngineError when that can't be done.

    begin: called before it takes its quarter of a minute.
    """
    folder, java = engine_folder(), java_program()
    class_data = ClassData.of(folder, JarList.read(), java)
    if class_data.made:
        return
    begin()
    try:
        with alone(folder / "lock"):
            if not class_data.made:
                _dump(folder, java, class_data)
    except OSError as error:
        raise EngineError(f"cannot write class data to {folder}: {error}") from error


def _dump(folder: Path, java: Path, class_data: ClassData) -> None:
    for old in (*folder.glob("base-*.jsa"), *folder.glob("classes-*.jsa")):
        old.unlink()
    # The second archive holds the first one's path, so that one is made where it is to stay.
    command = [str(java), "-Xshare:dump", f"-XX:SharedArchiveFile={class_data.base}"]
    dumped = subprocess.run(  # noqa: S603
        [*command, *RUNTIME_OPTIONS], capture_output=True, text=True, check=False
    )
    if not class_data.base.is_file():
        raise EngineError(f"the Java runtime made no class data: {dumped.stdout[-500:]}")
    unfinished = folder / ".classes.jsa"
    options = (
        f"-XX:SharedArchiveFile={class_data.base}",
        f"-XX:ArchiveClassesAtExit={unfinished}",
    )
    with (
        tempfile.TemporaryDirectory(prefix="user-sync-class-data-") as scratch,
        Node(Path(scratch), jvm_options=options, stop_s=_DUMP_SECONDS) as node,
    ):
        node.boot()
    if not unfinished.is_file():
        raise EngineError("the node left no class data when it stopped")
    unfinished.replace(class_data.classes)
