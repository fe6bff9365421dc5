"""A real OpenSearch node on a bare machine, for the demo and the tests."""
