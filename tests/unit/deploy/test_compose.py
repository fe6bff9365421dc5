"""docker-compose.yml is valid, pinned, and opens no more doors than the README says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from service.settings import Settings, load_settings
from service.settings.quantities import duration_seconds
from tests.unit.deploy.compose_file import Unset, compose_file
from tests.unit.deploy.dockerfile import final_stage, image_environment
from tests.unit.deploy.paths import COMPOSE_FILE, ROOT

ENVIRON = {"USER_SYNC_WEBHOOK_TOKENS": "a-token-for-this-test-only"}
COMPOSE = compose_file(ENVIRON)
SERVICE: dict[str, Any] = COMPOSE["services"]["service"]
OPENSEARCH: dict[str, Any] = COMPOSE["services"]["opensearch"]


def settings() -> Settings:
    """What `user-sync serve` and `docker compose exec service user-sync status` read."""
    return load_settings(image_environment() | SERVICE["environment"])


def test_it_fits_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*check, COMPOSE_FILE], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_compose_itself_accepts_it_where_it_is_installed() -> None:
    compose = [shutil.which("docker") or "docker", "compose"]
    try:
        subprocess.run([*compose, "version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no Docker Compose here: it fits the specification, Compose was not asked")
    result = subprocess.run(
        [*compose, "--file", COMPOSE_FILE, "config", "--quiet"],
        capture_output=True,
        text=True,
        env=os.environ | ENVIRON,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("environ", [{}, {"USER_SYNC_WEBHOOK_TOKENS": ""}])
def test_without_a_webhook_credential_nothing_starts(environ: dict[str, str]) -> None:
    with pytest.raises(Unset, match=r"USER_SYNC_WEBHOOK_TOKENS .* into \.env"):
        compose_file(environ)


def test_every_variable_is_a_setting_and_its_value_is_accepted() -> None:
    found = settings()
    assert found.webhook.has_credential
    assert found.opensearch.url == "http://opensearch:9200"


def test_another_cluster_can_be_used() -> None:
    elsewhere = {"USER_SYNC_OPENSEARCH_URL": "https://search.example.com:9200"}
    environment = compose_file(ENVIRON | elsewhere)["services"]["service"]["environment"]
    assert load_settings(environment).opensearch.url == "https://search.example.com:9200"


def test_published_are_the_public_door_and_to_this_machine_the_private_one() -> None:
    doors = settings().doors
    assert SERVICE["ports"] == [f"8080:{doors.port}", f"127.0.0.1:8081:{doors.private_port}"]
    assert (doors.host, doors.private_host) == ("0.0.0.0", "0.0.0.0")


def test_opensearch_without_its_security_plugin_is_reached_by_the_service_alone() -> None:
    assert OPENSEARCH["environment"]["DISABLE_SECURITY_PLUGIN"] == "true"
    assert "ports" not in OPENSEARCH
    assert OPENSEARCH["networks"] == ["engine"]
    assert COMPOSE["networks"]["engine"] == {"internal": True}
    beside = {
        name for name, service in COMPOSE["services"].items() if "engine" in service["networks"]
    }
    assert beside == {"service", "opensearch"}
    assert set(SERVICE["networks"]) == {"outside", "engine"}
    assert not COMPOSE["networks"]["outside"]


def test_certificates_are_verified_wherever_there_are_any() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8").lower()
    assert not re.search(r"verify|insecure|--insecure|\s-k\b", text)


def test_the_receiver_does_not_wait_for_the_engine() -> None:
    assert "depends_on" not in SERVICE
    assert "links" not in SERVICE


def test_opensearch_is_the_version_that_the_tests_run_against() -> None:
    jars = (ROOT / "service/engine/jars.txt").read_text(encoding="utf-8")
    tested = re.search(r"org\.opensearch:opensearch:([\d.]+)", jars)
    assert tested
    assert OPENSEARCH["image"] == f"opensearchproject/opensearch:{tested[1]}"


def test_the_service_is_built_here_and_runs_as_the_image_says() -> None:
    assert SERVICE["build"] == "."
    assert "image" not in SERVICE
    assert "user" not in SERVICE
    assert "command" not in SERVICE
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]


def test_the_journal_lies_in_a_volume_that_the_image_prepared_for_its_user() -> None:
    (mount,) = SERVICE["volumes"]
    volume, target = mount.split(":")
    assert volume in COMPOSE["volumes"]
    assert PurePosixPath(target) == PurePosixPath(settings().journal.path.parent)
    assert ["VOLUME", target] in final_stage()


def test_the_journal_is_where_the_image_keeps_it_too() -> None:
    assert image_environment()["USER_SYNC_JOURNAL_PATH"] == str(settings().journal.path)


@pytest.mark.parametrize("service", COMPOSE["services"].values(), ids=COMPOSE["services"])
def test_each_container_comes_back_and_is_bounded(service: dict[str, Any]) -> None:
    assert service["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+g", service["mem_limit"])
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


def test_an_export_in_memory_leaves_some_for_the_service() -> None:
    (mount,) = SERVICE["tmpfs"]
    size = re.fullmatch(r"/tmp:size=(\d+)m", mount)
    assert size
    assert 2 * int(size[1]) <= 1024 * int(SERVICE["mem_limit"].removesuffix("g"))


def test_opensearch_has_its_limits_and_tells_its_health() -> None:
    assert OPENSEARCH["ulimits"]["nofile"]["soft"] >= 65536
    assert OPENSEARCH["memswap_limit"] == OPENSEARCH["mem_limit"], "or Java's heap may be swapped"
    assert OPENSEARCH["healthcheck"]["test"][:2] == ["CMD", "curl"]
    assert OPENSEARCH["volumes"] == ["opensearch:/usr/share/opensearch/data"]


def test_opensearch_heap_leaves_half_of_its_memory() -> None:
    heap = re.fullmatch(r"-Xms(\d+)g -Xmx(\d+)g", OPENSEARCH["environment"]["OPENSEARCH_JAVA_OPTS"])
    assert heap
    assert heap[1] == heap[2]
    assert 2 * int(heap[1]) <= int(OPENSEARCH["mem_limit"].removesuffix("g"))


def test_a_stop_is_given_the_time_it_may_take() -> None:
    grace = duration_seconds(SERVICE["stop_grace_period"])
    assert grace > settings().process.shutdown_timeout_seconds


def test_nothing_of_the_host_is_mounted() -> None:
    for service in COMPOSE["services"].values():
        for mount in service["volumes"]:
            assert not Path(mount).is_absolute()
            assert mount[0] not in "./~"
