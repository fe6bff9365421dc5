"""Why an index can't be bootstrapped, each with what the operator should do."""

from collections.abc import Sequence

from service.index.change import Change


class BootstrapError(Exception):
    """What is in the cluster stands in the way. Trying again changes nothing: a person has to."""


class NameTaken(BootstrapError):
    """Something that isn't ours has a name we need. Nothing was changed."""


class AliasConflict(BootstrapError):
    """An alias points where we can't tell what is meant. Nothing was changed."""


class IndexClosed(BootstrapError):
    """The index in use is closed: neither written nor searched. Nothing was changed."""


class TemplateConflict(BootstrapError):
    """Another index template decides over our indices. At most component templates were changed."""


class NeedsNewIndex(BootstrapError):
    """The index differs in what can't be changed once documents are in it.

    differences: each setting or mapping parameter with what is and what should be. Templates and
    whatever can be added to the index in place are up to date by then; fields that differ, and
    documents, are as they were.
    """

    def __init__(self, index: str, differences: Sequence[Change]) -> None:
        self.index = index
        self.differences = tuple(differences)
        listed = "\n".join(f"  {difference}" for difference in differences)
        super().__init__(
            f"the index {index} differs in {len(differences)} point(s) that can't be changed in "
            f"place:\n{listed}\nIt goes on as it is. user-sync rebuild moves everything to a new "
            "index, while events are taken and users searched"
        )


class RebuildFailed(Exception):
    """Nothing was moved: the index in use is the one from before. Its text says why."""
