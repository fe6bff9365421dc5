"""The durable journal between receiving and indexing: the only place that keeps events."""
