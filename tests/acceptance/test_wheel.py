"""The wheel, installed elsewhere, finds its templates and bootstraps: without this source tree."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import ROOT, environment, run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the locked backend, from the network nothing."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    built = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment of its own, which borrows the packages it depends on."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    python = str(home / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(borrowed))
    return home / "bin" / "user-sync"


async def test_the_wheel_bootstraps_from_elsewhere(
    installed: Path, service: StartService, tmp_path: Path
) -> None:
    one = await service(started=False)
    env = environment(tmp_path, one.settings)
    del env["PYTHONPATH"]
    where = await run(
        [str(installed.parent / "python"), "-c", "import service; print(service.__file__)"],
        env=env,
        cwd=tmp_path,
    )
    assert str(installed.parents[1]) in where.out, where

    first = await run([str(installed), "bootstrap"], env=env, cwd=tmp_path)
    assert first.code == 0, first.err
    assert f"{one.index}-000001" in first.out
    mapping = await one.engine("GET", f"/{one.index}/_mapping")
    assert mapping[f"{one.index}-000001"]["mappings"]["dynamic"] == "strict"
    again = await run([str(installed), "bootstrap"], env=env, cwd=tmp_path)
    assert "Nothing to change" in again.out
