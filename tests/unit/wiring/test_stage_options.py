"""Options that depend on the machine."""

import resource

import pytest

from service.settings import load_settings
from service.wiring.stage_options import private_connections, receiver_options


@pytest.mark.parametrize("allowed", [256, 1_024, 65_536, resource.RLIM_INFINITY])
def test_the_doors_leave_open_files_for_the_journal_and_opensearch(
    allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (allowed, allowed))
    public, private = receiver_options(load_settings({})).max_connections, private_connections()
    assert public >= 128
    assert private >= 64
    if allowed != resource.RLIM_INFINITY:
        assert public + private <= allowed - 64
