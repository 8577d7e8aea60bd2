"""Page numbers, by the breaks that Word left in the file."""


class Pages:
    """Counts pages. Word notes where a page began when it last laid the document out, also after an author's break."""

    def __init__(self, *, known: bool) -> None:
        self._known = known
        self._number = 1
        self._is_blank = True
        self._is_forced = False
        self.first_text: int | None = None
        """The page that the first text stood on which this counter passed."""

    @property
    def page(self) -> int | None:
        """The current page, None in a file that tells nothing of pages."""
        return self._number if self._known else None

    def break_page(self) -> None:
        """The author's break: a new page even where this one is still blank."""
        self._number += 1
        self._is_blank = self._is_forced = True

    def start_page(self) -> None:
        """Something that begins a page: a new one unless this one is still blank."""
        if not self._is_blank:
            self.break_page()

    def note_page(self) -> None:
        """Word's note that a page began here; after a break it tells nothing new."""
        if not self._is_forced:
            self._number += 1
            self._is_blank = True
        self._is_forced = False

    def pass_text(self) -> None:
        """Some text stands on the current page."""
        self._is_blank = self._is_forced = False
        self.first_text = self.first_text or self.page

    def copy(self) -> "Pages":
        """A counter that goes on from here by itself."""
        other = Pages(known=self._known)
        other.take(self)
        return other

    def take(self, other: "Pages") -> None:
        """Goes on from where another counter has come to."""
        self._number, self._is_blank, self._is_forced = other._number, other._is_blank, other._is_forced

    def is_behind(self, other: "Pages") -> bool:
        """Whether another counter is on a later page."""
        return self._number < other._number
