from ingest.parse.arabic import reordered

LETTER = 5.0


def places(*lefts: float | tuple[float, float]) -> list[tuple[float, float, float, float]]:
    edges = [left if isinstance(left, tuple) else (left, left + LETTER) for left in lefts]
    return [(left, 0.0, right, 10.0) for left, right in edges]


def test_letters_of_one_glyph_come_in_the_order_they_are_read() -> None:
    at = places(40, 35, 35, 30)

    assert reordered("اإلن", at.__getitem__) == "الإن"


def test_letters_that_stand_side_by_side_stay_as_they_are() -> None:
    at = places(40, 35, 30, 25)

    assert reordered("الإن", at.__getitem__) == "الإن"


def test_a_mark_before_its_letter_goes_behind_it() -> None:
    at = places(40, (31, 33), 30, 25)

    assert reordered("يًضا", at.__getitem__) == "يضًا"


def test_a_mark_parted_by_a_blank_without_width_joins_its_word() -> None:
    at = places(40, (35, 35), (31, 33), 30, 25)

    assert reordered("ي ًضا", at.__getitem__).replace("\u2060", "") == "يضًا"


def test_a_mark_behind_its_letter_stays_there() -> None:
    at = places(40, 30, (31, 33), 25)

    assert reordered("يضًا", at.__getitem__) == "يضًا"
