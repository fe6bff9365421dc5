"""What the log says of a search that OpenSearch refuses: an operator has to act on it."""

from typing import Any, cast

import pytest
from opensearchpy.exceptions import AuthenticationException, AuthorizationException, TransportError

from service.doors.problems import Problem, ProblemType
from service.index.advice import CREDENTIALS, ROLE
from service.index.http import HttpConnection
from service.index.names import IndexNames
from service.search.engine import Engine
from service.search.options import SearchOptions

_NOT_ALLOWED = {
    "error": {
        "type": "security_exception",
        "reason": "no permissions for [indices:data/read/point_in_time/create]",
    }
}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            AuthorizationException(403, "security_exception", _NOT_ALLOWED),
            f"(403: no permissions for [indices:data/read/point_in_time/create]): {ROLE}",
        ),
        (
            AuthenticationException(401, "Unauthorized", None),
            f"(401: Unauthorized): {CREDENTIALS}",
        ),
        (TransportError(503, "no_shard_available_action_exception", {}), "(no_shard_available"),
    ],
)
async def test_the_log_says_what_to_do(
    error: TransportError, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Refusing:
        async def perform_request(self, *_: Any, **__: Any) -> Any:
            raise error

    engine = Engine(cast(HttpConnection, Refusing()), IndexNames("users"), SearchOptions())
    with pytest.raises(Problem) as caught:
        await engine.open_point_in_time()
    assert caught.value.type is ProblemType.ENGINE_UNAVAILABLE
    assert told in caplog.text
