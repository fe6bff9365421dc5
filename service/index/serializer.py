"""JSON to and from OpenSearch by orjson; bytes pass as they are.

Neither direction puts what it fails on into the error: it may be personal data.
"""

import json
from typing import Any

import orjson
from opensearchpy.exceptions import SerializationError
from opensearchpy.serializer import Serializer


class OrjsonSerializer(Serializer):
    """Bodies given as bytes or text are sent untouched, which is how a `_bulk` is written."""

    mimetype = "application/json"

    def dumps(self, data: Any) -> bytes | str:
        """JSON text. Raises SerializationError."""
        if isinstance(data, bytes | str):
            return data
        try:
            return orjson.dumps(data)
        except TypeError as error:
            raise SerializationError("the request can't be written as JSON") from error

    def loads(self, s: str | bytes) -> Any:
        """The parsed answer. Raises SerializationError."""
        try:
            return orjson.loads(s)
        except ValueError:
            # Lone surrogates, escaped, are legal in a _source; orjson refuses them.
            try:
                return json.loads(s)
            except ValueError:
                raise SerializationError("the answer is not JSON") from None
