"""The two Word samples: the travel and expense policy (English), the leave and overtime rules (Chinese)."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

WRITTEN = datetime(2026, 2, 16, 9, 0, 0)
FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"

HOTELS = [
    ("Nordic", "Bergen", "165", "72"),
    ("Nordic", "Oslo", "180", "75"),
    ("Nordic", "Helsinki", "155", "66"),
    ("Western Europe", "Lyon", "140", "58"),
    ("Western Europe", "Zurich", "210", "85"),
    ("East Asia", "Suzhou", "95", "40"),
    ("East Asia", "Tokyo", "170", "62"),
]
LEAVE = [("满1年不满5年", "8天"), ("满5年不满10年", "12天"), ("满10年及以上", "16天")]
OVERTIME = [
    ("工作日加班", "1.5倍工资", "经本人同意可换调休"),
    ("休息日加班", "2倍工资", "优先安排调休"),
    ("法定节假日加班", "3倍工资", "不以调休代替"),
]


def write_travel_policy(path: Path) -> None:
    """Writes the English policy: three levels of headings, lists, a table with merged cells, a footnote."""
    document = new_document("Travel and Expense Policy", "Quillmoor Instruments")
    frame(document, "Quillmoor Instruments · QM-FIN-014 · Version 3.2", "Internal · Page ")
    document.add_heading("Travel and Expense Policy", 0)
    document.add_paragraph(
        "This policy, number QM-FIN-014, is in force from 1 March 2026 and replaces version 3.1. Its owner is Marit "
        "Solheim, Head of Finance in Bergen. Questions go to travel@quillmoor.example."
    )
    document.add_heading("Purpose and scope", 1)
    document.add_paragraph(
        "The policy tells every employee of Quillmoor Instruments in Bergen, Lyon and Suzhou which costs of a business "
        "trip the company pays and how they are claimed. Contractors follow their own contract."
    )
    before_the_trip(document)
    on_the_trip(document)
    after_the_trip(document)
    save(document, path)


def before_the_trip(document: Any) -> None:
    """The chapter on approval and booking."""
    document.add_heading("Before the trip", 1)
    document.add_heading("Approval", 2)
    document.add_paragraph("Ask for approval in Wayfinder, at least ten working days before departure.")
    bullets(
        document,
        "A trip that costs up to EUR 1,500 is approved by the line manager.",
        "A trip that costs more is approved by the head of the department.",
        "A trip outside Europe also needs the approval of Marit Solheim.",
    )
    document.add_heading("Booking", 2)
    document.add_heading("Rail", 3)
    document.add_paragraph(
        "Take the train where the journey takes less than five hours. First class is allowed on journeys of more than "
        "three hours."
    )
    document.add_heading("Air", 3)
    document.add_paragraph(
        "Flights are booked in economy class. Premium economy is allowed on a single flight of more than seven hours. "
        "Business class is not paid for."
    )
    document.add_heading("Private car", 3)
    document.add_paragraph("The company pays EUR 0.38 per kilometre, for at most 600 kilometres per trip.")


def on_the_trip(document: Any) -> None:
    """The chapter on limits, with the table of merged cells."""
    document.add_heading("On the trip", 1)
    document.add_heading("Hotel and meals", 2)
    paragraph = document.add_paragraph(
        "Costs are paid up to the limits below, against receipts. Costs in another currency"
    )
    add_footnote_mark(paragraph, 2)
    paragraph.add_run(" are converted to euros.")
    table = document.add_table(rows=2, cols=4, style="Table Grid")
    for column, text in enumerate(("Region", "City", "Limit in EUR")):
        table.cell(0, column).text = text
    table.cell(0, 2).merge(table.cell(0, 3))
    for column, text in ((2, "Hotel per night"), (3, "Meals per day")):
        table.cell(1, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(1, 1))
    for row in HOTELS:
        for cell, text in zip(table.add_row().cells[1:], row[1:], strict=True):
            cell.text = text
    for region in dict.fromkeys(row[0] for row in HOTELS):
        numbers = [number for number, row in enumerate(HOTELS, 2) if row[0] == region]
        table.cell(numbers[0], 0).merge(table.cell(numbers[-1], 0)).text = region
    rest = table.add_row().cells
    rest[0].merge(rest[1]).text = "All other places"
    rest[2].text, rest[3].text = "120", "45"
    document.add_heading("Guests", 2)
    document.add_paragraph(
        "A meal with guests is paid up to EUR 65 per person. Write the names of the guests and their company on the "
        "receipt."
    )
    document.add_heading("What is not paid", 2)
    bullets(
        document,
        "the minibar and films in the room",
        "fines and parking tickets",
        "laundry on trips of fewer than six nights",
        "seat upgrades and lounge access",
    )


def after_the_trip(document: Any) -> None:
    """The chapter on claims."""
    document.add_heading("After the trip", 1)
    document.add_heading("Claiming", 2)
    for step in (
        "Enter the claim in Wayfinder within 30 days of coming back.",
        "Attach a receipt for every item above EUR 25.",
        "Send the claim to your line manager, who checks it within five working days.",
    ):
        document.add_paragraph(step, style="List Number")
    document.add_paragraph(
        "Claims approved by the 20th of a month are paid with the salary of that month; later ones with the next."
    )
    document.add_heading("Lost receipts", 2)
    document.add_paragraph(
        "For a lost receipt fill in form QM-FIN-022. The company accepts at most two such forms per person and "
        "calendar year."
    )


def write_leave_policy(path: Path) -> None:
    """Writes the Chinese rules on annual leave and overtime."""
    document = new_document("年假与加班制度", "启墨仪器")
    normal = document.styles["Normal"]
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    frame(document, "启墨仪器（苏州）有限公司 · QM-HR-008", "内部资料 · 第 ")
    document.add_heading("年假与加班制度", 0)
    document.add_paragraph(
        "本制度编号 QM-HR-008，自2026年4月1日起施行，适用于启墨仪器（苏州）有限公司全体员工，"
        "由人力资源部沈若岚负责解释。"
    )
    document.add_heading("第一章 年假", 1)
    document.add_heading("年假天数", 2)
    document.add_paragraph("员工按在本公司的工龄享受带薪年假：")
    grid(document, ("工龄", "年假天数"), LEAVE)
    document.add_heading("申请与结转", 2)
    bullets(
        document,
        "年假在人事系统“墨笺”中申请，由部门主管审批。",
        "一次连续休假超过3天的，应至少提前7个工作日申请。",
        "当年未休完的年假最多可结转5天，须在次年6月30日前休完。",
    )
    document.add_heading("第二章 加班", 1)
    document.add_heading("加班申请", 2)
    document.add_paragraph("加班须事先申请：工作日加班应在当日16:30之前提交，每人每月加班合计不超过30小时。")
    document.add_heading("加班待遇", 2)
    grid(document, ("加班类别", "加班工资", "调休"), OVERTIME)
    document.add_paragraph("调休自加班之日起90天内有效，逾期按加班工资结算。")
    document.add_heading("交通补贴", 2)
    document.add_paragraph("加班至21:00以后的，凭发票报销回家的出租车费，每次最高60元。")
    save(document, path)


def new_document(title: str, author: str) -> Any:
    """An empty A4 document with fixed dates."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, author, ""
    properties.created = properties.modified = WRITTEN
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    document.styles["Normal"].font.size = Pt(11)
    return document


def frame(document: Any, header: str, footer: str) -> None:
    """Sets the running header, and a footer that ends in the page number."""
    section = document.sections[0]
    section.header.paragraphs[0].text = header
    paragraph = section.footer.paragraphs[0]
    paragraph.text = footer
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def bullets(document: Any, *items: str) -> None:
    """Adds a bulleted list."""
    for item in items:
        document.add_paragraph(item, style="List Bullet")


def grid(document: Any, header: tuple[str, ...], rows: list[Any]) -> None:
    """Adds a plain table."""
    table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, header, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def add_footnote_mark(paragraph: Any, number: int) -> None:
    """Adds the footnote on exchange rates and its mark; python-docx has no call for it."""
    note = (
        f"<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="1"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
        f'</w:footnote><w:footnote w:id="{number}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        '<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> The reference rate of the European Central Bank on the '
        "date of the receipt applies.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    part = paragraph.part
    blob = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + note.encode()
    notes = Part(PackURI("/word/footnotes.xml"), FOOTNOTES_TYPE, blob, part.package)
    part.relate_to(notes, RELATIONSHIP_TYPE.FOOTNOTES)
    mark = (
        f'<w:r {nsdecls("w")}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        f'<w:footnoteReference w:id="{number}"/></w:r>'
    )
    paragraph._p.append(parse_xml(mark))


def save(document: Any, path: Path) -> None:
    """Writes the document with fixed times inside the archive, so that the same text gives the same bytes."""
    buffer = BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
