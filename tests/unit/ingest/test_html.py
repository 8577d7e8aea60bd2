import base64
import hashlib
import re
from collections.abc import Iterable

from lxml import html

from ingest.html import to_html
from ingest.model import Box, Element, Event, Kind, Loss, Notice

ATTACK = "\"><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>'&<!--"


def page(events: Iterable[Event], title: str = "a.pdf") -> html.HtmlElement:
    return html.fromstring("".join(to_html(events, title, lambda: {"name": title})))


def test_nothing_a_document_holds_becomes_markup() -> None:
    elements = [Element(kind, ATTACK, sheet=ATTACK, cells=ATTACK, parser=ATTACK, language=ATTACK) for kind in Kind]
    table = Element(Kind.TABLE, "x", rows=((ATTACK,), (ATTACK,)), header_rows=1)
    found = page([*elements, table, Loss(ATTACK), Notice(ATTACK, sheet=ATTACK)], ATTACK)
    names = {element.tag for element in found.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "svg"}
    assert not [
        value for element in found.iter() for value in element.attrib if value.startswith(("on", "src", "href"))
    ]
    assert not [node for node in found.iter() if not isinstance(node.tag, str)]  # comments
    assert found.xpath("//td/text()") == [ATTACK]
    assert found.xpath("//title/text()") == [ATTACK]


def test_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    text = "".join(to_html([], "a.pdf"))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = html.fromstring(text).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "unsafe" not in policy
    assert text.index("Content-Security-Policy") < text.index("<title>")


def test_control_characters_and_half_characters_do_not_reach_the_page() -> None:
    text = "".join(to_html([Element(Kind.TEXT, "a\x00b\x1bc\ud800d\ne")], "n\x00"))
    assert "a\ufffdb\ufffdc\ufffdd\ne" in text
    text.encode()


def test_blocks_show_their_structure_and_place() -> None:
    found = page(
        [
            Element(Kind.TITLE, "Costs", level=9, page=1, box=Box(0.1, 0.2, 0.3, 0.4)),
            Element(Kind.LIST_ITEM, "one", level=1, page=1),
            Element(Kind.LIST_ITEM, "two", level=3, page=1),
            Element(Kind.TEXT, "blurred", page=2, confidence=0.41, parser="tesseract"),
            Element(
                Kind.TABLE, "", sheet="Plan", cells="A2:B2", hidden=True, rows=(("a", "b"), ("1", "2")), header_rows=1
            ),
        ]
    )
    title = found.xpath("//h6")[0]
    assert (title.text, title.get("data-box")) == ("Costs", "0.1000 0.2000 0.3000 0.4000")
    assert found.xpath("//ul/li/text()") == ["one", "two"]
    assert found.xpath("//ul/ul/ul/li/text()") == ["two"]
    assert found.xpath("//p[@class='place']/text()") == ["page 1", "page 2", "sheet Plan"]
    doubtful = found.xpath("//p[contains(@class, 'doubtful')]")[0]
    assert (doubtful.get("data-confidence"), doubtful.get("data-parser")) == ("0.41", "tesseract")
    table = found.xpath("//table[@data-hidden and @data-cells='A2:B2']")[0]
    assert (table.xpath("thead//th/text()"), table.xpath("tbody//td/text()")) == (["a", "b"], ["1", "2"])


def test_warnings_and_facts_stand_at_the_end() -> None:
    found = page([Element(Kind.TEXT, "x"), Loss("page 4 is blank", page=4), Notice("guessed the encoding")])
    assert found.xpath("//*[@id='warnings']//li/text()") == ["page 4: page 4 is blank", "guessed the encoding"]
    assert found.xpath("//*[@id='warnings']//li/@data-type") == ["loss", "notice"]
    assert found.xpath("//dl/dd/text()") == ["a.pdf"]
