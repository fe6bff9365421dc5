"""What an operator does about an OpenSearch that refuses: in the same words wherever it is told."""

from typing import Final

CREDENTIALS: Final = "check USER_SYNC_OPENSEARCH_USERNAME and USER_SYNC_OPENSEARCH_PASSWORD"
ROLE: Final = "give the OpenSearch user the role that the README lists"
RUNS: Final = "check that OpenSearch runs and that USER_SYNC_OPENSEARCH_URL points at it"
LIFT: Final = "lift the block when whoever set it is done"
LOG: Final = "see OpenSearch's own log; events wait in the journal and are retried"
