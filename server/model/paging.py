"""Which part of a list is wanted."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` objects of a list that is ordered by time of creation (`order`: asc or desc): the first ones,
    those right behind the object with the id `after`, or those right before `before`
    (https://platform.openai.com/docs/api-reference/vector-stores/list)."""

    limit: int = 20
    order: str = "desc"
    after: str | None = None
    before: str | None = None

    @property
    def backwards(self) -> bool:
        """Whether the objects wanted are those right before a place."""
        return self.before is not None and self.after is None

    @property
    def one_more(self) -> "Page":
        """The same with one object more, to know whether there is more."""
        return replace(self, limit=self.limit + 1)


def all_in_turn(after: str | None = None, limit: int = 100) -> Page:
    """The next page of a walk through a whole list, oldest first."""
    return Page(limit, "asc", after)
