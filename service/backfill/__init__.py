"""Users that no event told of: a users export, into the journal or compared with the index.

    file or pipe ─▶ export_file ─▶ lines ─▶ profiles ─┬▶ batches ──▶ intake ─▶ journal
                    gunzip         numbered  wrapped,  │              paced by    ▲
                                             judged    │              the indexer │ repairs
                                                       └▶ reconciler ─────────────┘
                                                          (comparison with the index)

Every step streams: memory stays constant however large the export is, but for eight bytes a user
that a comparison remembers. An imported profile enters at kind 0, so that a live event about the
same change wins and a second import changes nothing.
"""
