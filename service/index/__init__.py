"""The OpenSearch index itself: connection, names, bootstrap, purge."""
