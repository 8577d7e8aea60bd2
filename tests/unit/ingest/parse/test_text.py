import csv
import io
from pathlib import Path

import pytest

from ingest.errors import NoText, TooLarge
from ingest.model import Element, Kind, ReadOptions, Source
from ingest.parse import text
from ingest.parse.encoding import decode, detect


def read(content: str | bytes, name: str = "notes.txt", options: ReadOptions | None = None) -> list[Element]:
    data = content.encode() if isinstance(content, str) else content
    source = Source(name, io.BytesIO(data), len(data))
    return [event for event in text.read(source, options or ReadOptions()) if isinstance(event, Element)]


def outline(elements: list[Element]) -> list[tuple[str, int | None, str]]:
    return [(element.kind.name, element.level, element.text) for element in elements]


CHINESE = "公司差旅费报销制度：员工出差住宿标准为每晚五百元，超出部分自理。"
JAPANESE = "出張旅費の精算は、翌月の五日までに提出してください。"


class TestEncoding:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            *((CHINESE, name) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")),
            (CHINESE, "gb18030"),
            *((JAPANESE, name) for name in ("utf-8", "cp932", "euc_jp")),
            ("公司差旅費報銷制度：員工出差住宿標準為每晚五百元，超出部分自理。", "big5"),
            ("출장비 정산은 다음 달 오일까지 제출해 주십시오.", "euc_kr"),
            ("Les frais de déplacement sont remboursés à la fin du mois.", "latin-1"),
            ("Die Größe der “Pauschale” beträgt 50 €.", "cp1252"),
            ("Командировочные расходы возмещаются до пятого числа.", "cp1251"),
            ("city,people\nParis,2\n", "utf-16-le"),
            ("姓名,部门\n张三,研发部\n𠮷田,㐂\n", "gb18030"),
            ("名前,年齢,住所\r\n佐藤太郎,30,東京\r\n", "cp932"),
        ],
    )  # fmt: skip
    def test_is_found_out(self, content: str, encoding: str) -> None:
        assert decode(content.encode(encoding)).removeprefix("\ufeff") == content

    def test_of_an_accent_late_in_a_long_file_is_found_out(self) -> None:
        data = b"plain line\n" * 200_000 + "größe".encode("cp1252")
        assert detect(io.BytesIO(data)) == "cp1252"

    def test_of_unicode_cut_at_a_block_is_still_unicode(self) -> None:
        assert detect(io.BytesIO(("a" * ((1 << 20) - 1) + "é中" * 50).encode())) == "utf-8"

    def test_of_bytes_that_are_no_text_never_fails(self) -> None:
        assert decode(bytes(range(256)) * 20)


class TestPlain:
    def test_headings_paragraphs_and_lists(self) -> None:
        found = read(
            "Travel policy\n\n1. Scope\n\nThis applies to everyone who\ntravels.\n\n1.2 Hotels\n\n"
            "- up to 120 EUR\n  per night\n- breakfast\n   - extra\n\nRATES\n\nTitle\n=====\nBody here.\n"
        )
        assert outline(found) == [
            ("TITLE", 1, "Travel policy"),
            ("TITLE", 1, "1. Scope"),
            ("TEXT", None, "This applies to everyone who\ntravels."),
            ("TITLE", 2, "1.2 Hotels"),
            ("LIST_ITEM", 1, "- up to 120 EUR per night"),
            ("LIST_ITEM", 1, "- breakfast"),
            ("LIST_ITEM", 2, "- extra"),
            ("TITLE", 1, "RATES"),
            ("TITLE", 1, "Title"),
            ("TEXT", None, "Body here."),
        ]

    def test_chinese_headings(self) -> None:
        found = read("差旅制度\n\n第一章 总则\n\n本制度适用于全体员工。\n\n第二节 住宿\n\n一、标准\n\n每晚五百元。\n")
        assert [(element.level, element.text) for element in found if element.kind is Kind.TITLE] == [
            (1, "差旅制度"),
            (1, "第一章 总则"),
            (2, "第二节 住宿"),
            (1, "一、标准"),
        ]

    def test_short_sentences_are_no_headings(self) -> None:
        found = read("This is so.\n\nThat was short.\n\nand this is lower case\n\n好的。\n")
        assert {element.kind for element in found} == {Kind.TEXT}

    def test_wrapped_lines_become_one_paragraph(self) -> None:
        line = "The quick brown fox jumps over the lazy dog and runs away"
        (found,) = read(f"{line}\n{line}\nand sleeps.\n")
        assert found.text == f"{line} {line} and sleeps."
        (found,) = read("中文" * 20 + "\n" + "字" * 40 + "\n完。\n")
        assert found.text == "中文" * 20 + "字" * 40 + "完。"

    def test_form_feeds_begin_pages(self) -> None:
        found = read("Page one.\n\fPage two.\n\f\fPage four.\n")
        assert [(element.page, element.text) for element in found] == [
            (1, "Page one."),
            (2, "Page two."),
            (4, "Page four."),
        ]

    def test_too_many_pages_are_refused(self) -> None:
        with pytest.raises(TooLarge, match="more than 3 pages"):
            read("word.\f" * 10, options=ReadOptions(max_pages=3))

    def test_one_endless_line_is_read_in_parts(self) -> None:
        found = read("word " * 200_000)
        assert sum(element.text.count("word") for element in found) >= 199_990
        assert max(len(element.text) for element in found) < 100_000

    @pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv"])
    def test_nothing_but_blanks_is_no_text(self, name: str) -> None:
        with pytest.raises(NoText):
            read(" \n\t\n \n", name)


class TestMarkdown:
    def test_blocks(self) -> None:
        found = read(
            "---\ntitle: Policy\n---\n# Travel *policy* #\n\nSome **bold** and `a_b*c` [text](http://x.y/z(1)).\nMore.\n\n"
            "Hotels\n------\n\n* one\n  continued\n    * two\n1. three\n\n"
            "| City | Limit |\n|:--|--:|\n| Rome \\| Ostia | 120 |\n| Paris | |\n\n"
            "```python\nx = 1\n\n# no heading\n```\n> quoted\n\n[^1]: A note.\n\n***\n[ref]: http://a.b\n",
            "a.md",
        )
        assert outline(found) == [
            ("TEXT", None, "title: Policy"),
            ("TITLE", 1, "Travel policy"),
            ("TEXT", None, "Some bold and a_b*c text.\nMore."),
            ("TITLE", 2, "Hotels"),
            ("LIST_ITEM", 1, "one\ncontinued"),
            ("LIST_ITEM", 2, "two"),
            ("LIST_ITEM", 1, "three"),
            ("TABLE", None, "City | Limit\nRome | Ostia | 120\nParis | "),
            ("CODE", None, "x = 1\n\n# no heading"),
            ("TEXT", None, "quoted"),
            ("FOOTNOTE", None, "A note."),
        ]
        table = found[7]
        assert table.rows == (("City", "Limit"), ("Rome | Ostia", "120"), ("Paris", ""))
        assert table.header_rows == 1

    def test_html_inside_is_read_as_html(self) -> None:
        found = read(
            "# T\n\n<table><tr><th>A</th><th>B</th></tr>\n\n<tr><td>1</td><td>2</td></tr></table>\n\nend\n", "a.md"
        )
        assert [element.kind for element in found] == [Kind.TITLE, Kind.TABLE, Kind.TEXT]
        assert found[1].rows == (("A", "B"), ("1", "2"))

    def test_unclosed_front_matter_and_fence_lose_nothing(self) -> None:
        assert outline(read("---\nnot: closed\n\ntext\n", "a.md"))[-1] == ("TEXT", None, "text")
        assert read("```\ncode\nmore\n", "a.md")[0].text == "code\nmore"

    def test_names_with_underscores_and_products_survive(self) -> None:
        (found,) = read("set my_long_name to 2 * 3 * 4 and 5\\*6 <br> &amp; x<y\n", "a.md")
        assert found.text == "set my_long_name to 2 * 3 * 4 and 5*6   & x<y"

    @pytest.mark.parametrize(
        "hostile",
        [
            "[" * 100_000 + "]" * 30_000,
            "[a](" * 30_000,
            "![" * 50_000,
            "*a " * 50_000,
            "> " * 50_000 + "x",
            "- " * 50_000 + "x",
            "<a" * 50_000,
            "`" * 99_999,
            "#" * 100_000,
            "~" * 100_000 + "\nx",
            "|" * 100_000 + "\n" + "|-" * 50_000,
        ],
    )
    def test_pathological_input_ends(self, hostile: str) -> None:
        read(f"{hostile}\n\nend\n", "a.md")


class TestDelimited:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_delimiter_is_found_out(self, delimiter: str) -> None:
        rows = ["Name", "Price, net", "City"], ["Bolt", "1,50; or so" if delimiter == "," else "1,50", "Köln"]
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(rows)
        (found,) = read(out.getvalue(), "a.csv")
        assert found.rows == tuple(map(tuple, rows))
        assert (found.header_rows, found.cells, found.row_numbers) == (1, "A2:C2", (2,))

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
    def test_encodings(self, encoding: str) -> None:
        (found,) = read("城市,人口\n北京,2154\n上海,2487\n".encode(encoding), "a.csv")
        assert found.rows == (("城市", "人口"), ("北京", "2154"), ("上海", "2487"))

    def test_long_file_comes_in_blocks_that_repeat_the_header(self) -> None:
        body = "".join(f"{index},name {index}\n" for index in range(450))
        found = read(f"No,Name\n{body}", "a.csv")
        assert [element.cells for element in found] == ["A2:B201", "A202:B401", "A402:B451"]
        assert all(element.rows[0] == ("No", "Name") and element.header_rows == 1 for element in found)
        assert found[2].row_numbers == tuple(range(402, 452))
        assert found[2].rows[-1] == ("449", "name 449")

    def test_empty_rows_are_left_out_but_counted(self) -> None:
        (found,) = read("A,B\n\n1,2\n,\n3,4\n", "a.csv")
        assert found.row_numbers == (3, 5)

    def test_name_of_the_table_above_its_header_is_a_title(self) -> None:
        found = read("Stanley Cups,,\nTeam,Location,Cups\nBlues,STL,1\n", "a.csv")
        assert outline(found)[0] == ("TITLE", 1, "Stanley Cups")
        assert found[1].rows[0] == ("Team", "Location", "Cups")

    def test_numbers_are_no_header(self) -> None:
        (found,) = read("1,2,3\n4,5,6\n7,8,9\n", "a.csv")
        assert (found.header_rows, found.cells) == (0, "A1:C3")

    def test_ragged_rows_and_line_ends_in_cells(self) -> None:
        (found,) = read('A,B\r\n1\r\n1,2,3\r\n"x\r\ny",z\r\n', "a.csv")
        assert found.rows == (("A", "B"), ("1",), ("1", "2", "3"), ("x y", "z"))
        assert found.cells == "A2:C4"

    def test_cell_of_three_megabytes_survives(self) -> None:
        (found,) = read("h1,h2\n" + "x" * 3_000_000 + ",end\n", "a.csv")
        assert len(found.rows[1][0]) == 3_000_000
        assert found.rows[1][1] == "end"

    def test_note_of_the_delimiter_is_obeyed_and_not_read(self) -> None:
        (found,) = read("sep=|\nA|B\n1,5|2\n", "a.csv")
        assert found.rows == (("A", "B"), ("1,5", "2"))

    def test_open_quote_loses_nothing(self) -> None:
        found = read('A,B\n1,"open\n2,3\n', "a.csv")
        assert "2,3" in found[0].text


def test_big_file_is_read_in_constant_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "big.csv"
    with path.open("w") as out:
        out.write("No,Name,City,Amount\n")
        for index in range(60_000):
            out.write(f"{index},Product {index},Berlin,{index * 1.5}\n")
    tracemalloc.start()
    with path.open("rb") as stream:
        events = text.read(Source("big.csv", stream, path.stat().st_size), ReadOptions())
        rows = sum(len(event.row_numbers) for event in events if isinstance(event, Element))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 60_000
    assert peak < 8 * 1024**2
