"""Slides, mail, web pages, Markdown, and text in many encodings."""

import io
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tests.golden.images import sign
from tests.golden.package import fixed


def slides() -> bytes:
    """Titles, nested bullets, a table, a chart, notes, a group, a hidden slide."""
    show = Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "Harbour plan"
    body = first.placeholders[1].text_frame
    body.text = "Dredge the channel"
    for words, level in (("to 5 metres", 1), ("Widen the quay", 0)):
        paragraph = body.add_paragraph()
        paragraph.text, paragraph.level = words, level
    first.notes_slide.notes_text_frame.text = "Ask about the budget."
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Costs"
    table = second.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for row, cells in enumerate((("Item", "Million"), ("Dredging", "2.4"), ("Quay", "1.1"))):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(5), Inches(3), Inches(1)).text_frame.text = "Grouped words"
    third = show.slides.add_slide(show.slide_layouts[5])
    third.shapes.title.text = "Not shown"
    third._element.set("show", "0")
    return _saved(show)


def slide_chart() -> bytes:
    """A chart with its title and a picture with words."""
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "吞吐量 Throughput"
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2024", "2025"]
    data.add_series("Tonnes", (410, 455))
    chart = slide.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(5), Inches(3), data
    ).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Tonnes per year"
    picture = io.BytesIO(sign(["Gate three", "Deliveries only"]))
    slide.shapes.add_picture(picture, Inches(1), Inches(5.5), Inches(4))
    return _saved(show)


def _saved(show: Any) -> bytes:
    out = io.BytesIO()
    show.save(out)
    return fixed(out.getvalue())


def mail() -> bytes:
    """A mail in two forms with a Chinese subject and an attachment."""
    message = EmailMessage()
    message["Subject"] = "会议纪要 Minutes of 3 March"
    message["From"] = "Mei Tan <mei.tan@example.com>"
    message["To"] = "Ana Ruiz <ana@example.com>, office@example.com"
    message["Date"] = "Tue, 03 Mar 2026 16:20:00 +0100"
    message.set_content("Dear all,\n\nthe minutes are attached. Next meeting: 14 April, room Oak.\n\nMei\n")
    message.add_alternative(
        "<p>Dear all,</p><p>the <b>minutes</b> are attached. Next meeting: 14 April, room Oak.</p><p>Mei</p>",
        subtype="html",
    )
    message.add_attachment(b"%PDF-1.4\n", maintype="application", subtype="pdf", filename="minutes.pdf")
    for part, boundary in zip((part for part in message.walk() if part.is_multipart()), "ab", strict=True):
        part.set_boundary(f"part-{boundary}")
    return message.as_bytes()


def old_mail() -> bytes:
    """A mail of one part in GB2312, quoted-printable, with a header in another encoding."""
    body = "您好：\n\n货物已于昨日发出，请查收。\n"
    head = (
        "From: =?gb2312?B?"
        + "wO7OsA=="
        + "?= <li@example.cn>\nTo: office@example.com\nSubject: =?gb2312?Q?=BB=F5=CE=EF?=\n"
    )
    head += "Date: Mon, 02 Mar 2026 08:00:00 +0800\nMIME-Version: 1.0\nContent-Type: text/plain; charset=gb2312\n"
    head += "Content-Transfer-Encoding: 8bit\n\n"
    return head.encode("ascii") + body.encode("gb2312")


PAGE = """<!doctype html><html lang="en"><head><title>Opening hours</title><style>p { color: red }</style>
<script>document.write("never shown")</script></head><body>
<nav><a href="/">Home</a> <a href="/contact">Contact</a></nav>
<main><h1>Opening hours</h1><p>The library is open <b>daily</b>,<br>except on Mondays.</p>
<h2>Reading rooms</h2><ul><li>Ground floor<ul><li>Newspapers</li></ul></li><li>First floor</li></ul>
<ol><li>Sign in</li><li>Take a seat</li></ol>
<table><tr><th rowspan="2">Room</th><th colspan="2">Seats</th></tr><tr><th>quiet</th><th>group</th></tr>
<tr><td>Oak</td><td>12</td><td>4</td></tr><tr><td>Elm</td><td>6</td><td>0</td></tr></table>
<pre>borrow --days 14</pre><p hidden>Not for readers.</p><blockquote>Silence is golden &amp; free.</blockquote></main>
<footer>© 2026 City library</footer></body></html>"""

CHINESE_PAGE = (
    '<html><head><meta charset="gb2312"><title>停水通知</title></head><body><h1>停水通知</h1>'
    "<p>因管道维修，四月十四日上午停水。</p></body></html>"
)

MARKDOWN = """---
title: Backups
---

# Backups

Backups run *every night* at 02:00. See [the log](log.md).

## Restore

1. Stop the service.
2. Copy the archive:
   - to the same machine, or
   - to a new one.

| Tier | Kept | Cost |
|:-----|-----:|------|
| daily | 7 days | low |
| monthly | 1 \\| 2 years | high |

```sh
restore --from archive.tar
# not a heading
```

> Test the restore twice a year.

Setext heading
--------------

Last line.
"""

CSV = 'Name,City,Remark\n"Ruiz, Ana",Bergen,"likes ""early"" shifts"\nMei Tan,Suzhou,"two\nlines"\n李伟,苏州,\n'
SEMICOLONS = "Größe;Stück;Preis\nklein;3;1,50\ngroß;12;2,75\nüberlang;1;10,00\n"
CHINESE_TABLE = "编号,名称,数量\n001,螺丝,120\n002,垫圈,75\n003,阀门,8\n"
PARAGRAPHS = """NOTICE

The lift is out of order.
Please take the stairs.

Items:
- ground floor
- first floor

The landlord
"""
CHINESE_TEXT = "通知\n\n電梯正在維修，請走樓梯。\n每天早上八點開門，晚上十點關門。\n\n謝謝合作。\n"
WESTERN = "Die Größe der Räume beträgt fünf Meter.\nDas Café öffnet früh, à la carte gibt es ab zwölf.\n"


def encoded(text: str, encoding: str) -> Callable[[], bytes]:
    """The text in an encoding."""
    return partial(text.encode, encoding)


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "slides.pptx": slides,
    "slide-chart.pptx": slide_chart,
    "mail.eml": mail,
    "old-mail.eml": old_mail,
    "page.html": encoded(PAGE, "utf-8"),
    "chinese-page.html": encoded(CHINESE_PAGE, "gb2312"),
    "markdown.md": encoded(MARKDOWN, "utf-8"),
    "quotes.csv": encoded(CSV, "utf-8-sig"),
    "semicolons.csv": encoded(SEMICOLONS, "cp1252"),
    "chinese.csv": encoded(CHINESE_TABLE, "gb18030"),
    "utf16.tsv": encoded(CHINESE_TABLE.replace(",", "\t"), "utf-16"),
    "plain.txt": encoded(PARAGRAPHS, "utf-8"),
    "big5.txt": encoded(CHINESE_TEXT, "big5"),
    "utf16-without-mark.txt": encoded(CHINESE_TEXT, "utf-16-le"),
    "latin1.txt": encoded(WESTERN, "latin-1"),
}
