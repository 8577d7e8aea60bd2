from datetime import datetime, timedelta

import pytest

from ingest.parse.excel.formats import format_code, renderer, text_renderer

MOMENT = datetime(2024, 3, 5, 14, 7, 9)


def days(value: datetime | timedelta | float) -> float:
    if isinstance(value, datetime):
        value -= datetime(1899, 12, 30)
    return value / timedelta(days=1) if isinstance(value, timedelta) else value


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("General", 1234567.891, "1234567.891"),
        ("General", 0.1 + 0.2, "0.3"),
        ("General", 10**17, "100000000000000000"),
        ('General" kg"', 5, "5 kg"),
        ("0.00", 1.005, "1.01"),
        ("0", -0.2, "0"),
        ("#,##0.00", -1234567.891, "-1,234,567.89"),
        ("0,000", 5, "0,005"),
        ('#,##0,"K"', 1234567, "1,235K"),
        ('0.0,,"M"', 12345678, "12.3M"),
        ("000000", 123, "000123"),
        ("0.0##", 1.5, "1.5"),
        ("#.##", 0.5, ".5"),
        ("@", 5, "5"),
        ("", 5, "5"),
    ],
)
def test_plain_numbers(code: str, value: float, shown: str) -> None:
    assert renderer(code)(value) == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ('"$"#,##0.00_);[Red]("$"#,##0.00)', -1234.5, "($1,234.50)"),
        ("[$€-2] #,##0.00", 3.14, "€ 3.14"),
        ("[$¥-804]#,##0", 1234, "¥1,234"),
        ("#,##0.00 [$zł-415]", 5.5, "5.50 zł"),
        ('_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', -1234.5, "-1,234.50 €"),
        ('_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', 0, "-"),
        ("0%", 0.5, "50%"),
        ("0.00%", -0.001, "-0.10%"),
        ("0.00E+00", 12345.678, "1.23E+04"),
        ("0.00E+00", 9.999e-5, "1.00E-04"),
        ("##0.0E+0", 12345, "12.3E+3"),
        ("# ?/?", 1.5, "1 1/2"),
        ("# ??/??", 3.14159, "3 14/99"),
        ("# ?/8", 1.375, "1 3/8"),
        ("# ?/?", 0.999, "1"),
        ("?/?", 1.5, "3/2"),
    ],
)
def test_currency_percent_scientific_and_fractions(code: str, value: float, shown: str) -> None:
    assert renderer(code)(value) == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("000-00-0000", 123456789, "123-45-6789"),
        ("[<=9999999]###-####;(###) ###-####", 5551234, "555-1234"),
        ("[<=9999999]###-####;(###) ###-####", 5551234567, "(555) 123-4567"),
        ('[>=100]0.0;[<0]"neg";0.00', 150, "150.0"),
        ('[>=100]0.0;[<0]"neg";0.00', -5, "neg"),
        ('[>=100]0.0;[<0]"neg";0.00', 5, "5.00"),
        ('0.0;-0.0;"none"', 0, "none"),
        ("0.0;-0.0;", 0, ""),
        (";;;", 5, ""),
    ],
)
def test_sections_conditions_and_text_between_digits(code: str, value: float, shown: str) -> None:
    assert renderer(code)(value) == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("dd/mm/yyyy", MOMENT, "05/03/2024"),
        ("m/d/yy h:mm", MOMENT, "3/5/24 14:07"),
        ("yyyy-mm-dd hh:mm:ss", MOMENT, "2024-03-05 14:07:09"),
        ("h:mm AM/PM", MOMENT, "2:07 PM"),
        ("h:mm:ss.00", MOMENT + timedelta(milliseconds=120), "14:07:09.12"),
        ("mmm-yy", MOMENT, "Mar-24"),
        ("mmmm d, yyyy;@", MOMENT, "March 5, 2024"),
        ("dddd", MOMENT, "Tuesday"),
        ("[$-804]aaaa", MOMENT, "星期二"),
        ("[$-407]dddd, d. mmmm yyyy", MOMENT, "Dienstag, 5. März 2024"),
        ("[$-fr-FR]d mmmm yyyy", MOMENT, "5 mars 2024"),
        ('yyyy"年"m"月"d"日"', MOMENT, "2024年3月5日"),
        ('上午/下午h"时"mm"分"', MOMENT, "下午2时07分"),
        ('[$-xx-nonsense]mmm "of" yy', MOMENT, "Mar of 24"),
        ("yyyy-mm-dd", 60, "1900-03-01"),
        ("yyyy-mm-dd", 59, "1900-02-28"),
        ("yyyy-mm-dd", -5, "-5"),
        ("yyyy-mm-dd", 1e9, "1000000000"),
    ],
)
def test_dates_and_times(code: str, value: datetime | float, shown: str) -> None:
    assert renderer(code)(days(value)) == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("[h]:mm", timedelta(hours=30, minutes=5), "30:05"),
        ("[mm]:ss", timedelta(minutes=75, seconds=7), "75:07"),
        ("[h]:mm:ss.0", timedelta(hours=25, seconds=1.5), "25:00:01.5"),
        ("[h]:mm", -timedelta(hours=1, minutes=30), "-1:30"),
    ],
)
def test_spans_of_time(code: str, value: timedelta, shown: str) -> None:
    assert renderer(code)(days(value)) == shown


def test_dates_of_the_1904_system_count_from_its_first_day() -> None:
    assert renderer("yyyy-mm-dd", from_1904=True)(0) == "1904-01-01"


def test_built_in_formats_that_follow_the_machines_settings_have_a_form_that_is_understood_everywhere() -> None:
    assert renderer(format_code(14, {}))(days(MOMENT)) == "2024-03-05"
    assert renderer(format_code(22, {}))(days(MOMENT)) == "2024-03-05 14:07"
    assert renderer(format_code(31, {}))(days(MOMENT)) == "2024年3月5日"
    assert renderer(format_code(10, {}))(0.5) == "50.00%"


def test_formats_add_their_own_words_to_texts() -> None:
    quote = text_renderer('0;0;0;"Room "@')
    assert quote is not None
    assert quote("12") == "Room 12"
    assert text_renderer("@") is None
    assert text_renderer(";;;") is None
