"""Events to OpenSearch documents, pure."""
