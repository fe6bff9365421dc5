"""The read side: what a person or program asks, as queries; what OpenSearch answers, as JSON.

    parameters ─▶ query (pure: query_text, ranking, filters, sorting) ─▶ engine ─▶ answers (pure)

Nothing here writes. Searches go through the readers' alias, which leaves out the deleted; reads by
id look at `deleted_at` themselves.
"""
