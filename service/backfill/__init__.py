"""Users that no event told of: a users export into the journal.

    file or pipe ─▶ export_file ─▶ lines ─▶ batches ─▶ intake ─▶ journal
                    gunzip         numbered  wrapped,   paced by
                                             judged     the indexer

Every step streams: memory stays constant however large the export is. A profile enters at kind 0,
so that a live event about the same change wins and a second import changes nothing.
"""
