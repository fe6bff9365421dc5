"""The OpenSearch index itself: connection, names, bootstrap, rebuild, reading, purge."""
