"""Journal to OpenSearch: the only writer of documents."""
