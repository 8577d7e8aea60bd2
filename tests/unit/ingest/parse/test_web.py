import io

import pytest

from ingest.errors import NoText
from ingest.model import Element, Kind, ReadOptions, Source
from ingest.parse import web


def read(content: str | bytes) -> list[Element]:
    data = content.encode() if isinstance(content, str) else content
    source = Source("page.html", io.BytesIO(data), len(data))
    return [event for event in web.read(source, ReadOptions()) if isinstance(event, Element)]


def outline(elements: list[Element]) -> list[tuple[str, int | None, str]]:
    return [(element.kind.name, element.level, element.text) for element in elements]


def only_table(markup: str) -> Element:
    (found,) = [element for element in read(markup) if element.kind is Kind.TABLE]
    return found


def test_title_headings_paragraphs_and_lists() -> None:
    found = read("""<html><head><title>Travel</title></head><body><h2>Hotels</h2>
        <p>Up to <b>120</b>
        EUR.<br>Per night.</p>loose text
        <ul><li>one<ul><li>two</li></ul></li><li><p>three</p></li></ul>
        <pre>x = 1
  y</pre><figure><img alt="A red chart" src="c.png"><figcaption>Figure 1</figcaption></figure></body></html>""")
    assert outline(found) == [
        ("TITLE", 1, "Travel"),
        ("TITLE", 2, "Hotels"),
        ("TEXT", None, "Up to 120 EUR.\nPer night."),
        ("TEXT", None, "loose text"),
        ("LIST_ITEM", 1, "one"),
        ("LIST_ITEM", 2, "two"),
        ("LIST_ITEM", 1, "three"),
        ("CODE", None, "x = 1\n  y"),
        ("TEXT", None, "A red chart"),
        ("CAPTION", None, "Figure 1"),
    ]


def test_main_heading_that_repeats_the_title_is_read_once() -> None:
    found = read("<title>Duck - Wikipedia</title><h1>Duck</h1><p>A bird.</p><h1>Duck</h1>")
    assert [element.text for element in found] == ["Duck - Wikipedia", "A bird.", "Duck"]


@pytest.mark.parametrize(
    "markup",
    [
        "<script>secret()</script>",
        "<style>secret{}</style>",
        "<nav><a>secret</a></nav>",
        "<div hidden>secret</div>",
        "<div style='Display: none'>secret<p>secret</p></div>",
        "<span aria-hidden=true>secret</span>",
        "<!-- secret -->",
        "<template><p>secret</p></template>",
        "<svg><text>secret</text></svg>",
        "<iframe src='file:///etc/passwd'>secret</iframe>",
        "<select><option>secret</option></select>",
    ],
)
def test_what_a_browser_does_not_show_as_text_is_not_read(markup: str) -> None:
    assert [element.text for element in read(f"<p>before</p>{markup}<p>after</p>")] == ["before", "after"]


def test_only_the_main_part_is_read_where_there_is_one() -> None:
    page = "<title>T</title><div>menu</div><main><p>body</p></main><div>end</div>"
    assert [element.text for element in read(page)] == ["T", "body"]
    assert [element.text for element in read("<div>menu</div><main></main>")] == ["menu"]


def test_footer_of_the_page_is_marked() -> None:
    found = read("<p>body</p><footer><ul><li>imprint</li></ul></footer>")
    assert outline(found)[1] == ("FOOTER", None, "imprint")


class TestTables:
    def test_spans_are_filled(self) -> None:
        found = only_table("""<table><caption>Limits</caption>
            <thead><tr><th rowspan=2>City<th colspan=2>2024</tr><tr><th>Plan<th>Real</tr></thead>
            <tr><td rowspan="0">Rome<td>1<td>2</tr><tr><td colspan=2>3</tr></table>""")
        assert found.rows == (
            ("City", "2024", "2024"),
            ("City", "Plan", "Real"),
            ("Rome", "1", "2"),
            ("Rome", "3", "3"),
        )
        assert found.header_rows == 2

    def test_first_row_is_taken_for_the_header_only_if_it_looks_like_one(self) -> None:
        named = only_table("<table><tr><td>City<td>EUR</tr><tr><td>Rome<td>1</tr></table>")
        plain = only_table("<table><tr><td>Rome<td>1</tr><tr><td>Oslo<td>2</tr></table>")
        assert (named.header_rows, plain.header_rows) == (1, 0)

    def test_layout_tables_are_read_as_blocks(self) -> None:
        found = read(
            "<table><tr><td><h1>Title</h1><p>a</p></td><td><table><tr><td>b</td></tr></table></td></tr></table>"
        )
        assert outline(found) == [("TITLE", 1, "Title"), ("TEXT", None, "a"), ("TEXT", None, "b")]

    def test_long_table_comes_in_blocks_that_repeat_the_header(self) -> None:
        body = "".join(f"<tr><td>{index}</td><td>x</td></tr>" for index in range(450))
        found = read(f"<table><tr><th>No</th><th>Name</th></tr>{body}</table>")
        assert [len(element.rows) for element in found] == [201, 201, 51]
        assert all(element.rows[0] == ("No", "Name") for element in found)

    def test_monstrous_spans_are_bounded(self) -> None:
        below = "<tr><td>y</td><td>z</td></tr>" * 50
        found = only_table(f"<table><tr><td colspan=99999 rowspan=99999>x</td></tr>{below}</table>")
        assert max(map(len, found.rows)) <= 1000


class TestHostile:
    @pytest.mark.parametrize("tag", ["div", "ul><li", "table><tr><td", "b", "blockquote", "svg", "h1"])
    def test_deep_nesting_survives(self, tag: str) -> None:
        depth = 20_000
        found = read(f"<p>first</p>{f'<{tag}>' * depth}deep{'</x>' * depth}")
        assert found[0].text == "first"

    def test_unclosed_and_crossed_tags(self) -> None:
        found = read("<p>one<p>two<b>bold<i>both</b>it</i></td></table><li>item<table><tr><td>a<td>b")
        assert "".join(element.text for element in found).replace(" | ", "") == "onetwoboldbothititemab"

    def test_broken_off_page(self) -> None:
        assert [element.text for element in read("<p>text</p><div class='x")] == ["text"]

    @pytest.mark.parametrize("markup", ["", "  ", "<script>x</script>", "<html></html>", "<!doctype html>"])
    def test_page_without_text(self, markup: str) -> None:
        with pytest.raises(NoText):
            read(markup)

    def test_entities_of_its_own_are_not_expanded(self) -> None:
        found = read('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>a &x; &amp; b</p>')
        assert "root:" not in " ".join(element.text for element in found)


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "big5"])
    def test_undeclared_is_found_out(self, encoding: str) -> None:
        content = "員工出差住宿標準為每晚五百元，超出部分自理。"
        assert read(f"<p>{content}</p>".encode(encoding))[0].text == content

    def test_declared_is_obeyed_if_it_fits(self) -> None:
        assert read('<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251"))[0].text == "Привет"
        assert read('<meta charset="gb2312"><p>𠮷田镕</p>'.encode("gb18030"))[0].text == "𠮷田镕"
        assert read('<meta charset="ascii"><p>größe</p>'.encode())[0].text == "größe"
        assert read('<meta charset="no-such"><p>größe</p>'.encode())[0].text == "größe"
