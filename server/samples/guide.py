"""The digital PDF sample: the operating guide of the QM-7, five pages with a real text layer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HAN_FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=8)
COLUMN = ParagraphStyle("column", parent=BODY, fontSize=10, leading=14, alignment=TA_JUSTIFY)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=24, leading=30, spaceAfter=14)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=14, leading=19, spaceBefore=10, spaceAfter=6)
HAN = ParagraphStyle("han", fontName="Han", fontSize=11, leading=18, spaceAfter=8, wordWrap="CJK")
HAN_HEADING = ParagraphStyle("han-heading", parent=HAN, fontSize=15, leading=22, spaceBefore=8)

SAFETY = [
    "Never look into the measuring window while the instrument is switched on. The xenon lamp behind it is bright "
    "enough to injure the eye, and the protective filter covers only stray light.",
    "Work with the QM-7 between minus 10 and plus 45 degrees Celsius. Outside this range the electronics switch the "
    "lamp off. Let a cold instrument stand in a warm room for half an hour before you open the case, so that no water "
    "condenses on the optics.",
    "Use only the charger QC-24 that came with the instrument. Other chargers may look alike but supply a voltage that "
    "harms the battery.",
    "The housing is sealed to class IP65: rain does no harm, but the instrument must not be put under water.",
]
STARTING = [
    "Charge the battery before the first use. An empty battery takes 3.5 hours to charge, and a full one lasts for 11 "
    "hours of measuring.",
    "Press the green key until the display lights up. The lamp warms up for eight minutes; a bar on the display shows "
    "how far it has come. Measurements taken earlier are marked with an asterisk.",
    "Put the white reference tile on the window and choose Reference. Repeat this every two hours, and whenever the "
    "surrounding temperature has changed by more than five degrees.",
    "Put the sample on the window and press the trigger. One measurement takes 1.2 seconds.",
]
SPECIFICATIONS = [
    ("Property", "Value", "Remark"),
    ("Wavelength range", "340 to 1,050 nm", "in one pass"),
    ("Resolution", "2.8 nm", "half width"),
    ("Weight", "2.6 kg", "with battery"),
    ("Display", "5.7 inches", "readable in sunlight"),
    ("Interfaces", "USB-C, Bluetooth 5.2", "no wireless LAN"),
    ("Memory", "25,000 measurements", "oldest are kept"),
]
MAINTENANCE = [
    ("Part", "What to do", "How often"),
    ("Measuring window", "clean with lens paper", "every day of use"),
    ("White tile", "wash and dry", "every month"),
    ("Wavelength scale", "check with kit CK-11", "every 12 months"),
    ("Xenon lamp HL-70", "replace", "after 1,800 hours"),
    ("Battery BT-7", "replace", "after 600 charges"),
    ("Seal of the case", "replace", "every 4 years"),
]
ERRORS = [
    ("Code", "Meaning", "What to do"),
    ("E-03", "Battery too low to measure", "Charge for at least 20 minutes"),
    ("E-11", "Reference is missing or too old", "Measure the white tile"),
    ("E-27", "Shutter is jammed", "Switch off, wait ten seconds, switch on; then call service"),
    ("E-34", "Lamp does not light", "Replace the lamp HL-70"),
    ("E-41", "Memory is full", "Copy the measurements to a computer and delete them"),
]
QUICK_STEPS = [
    "1. 长按绿色按键4秒开机，等待氙灯预热8分钟。",
    "2. 将白色参比板放在测量窗口上，选择“参比”。",
    "3. 放置样品，按下扳机，每次测量用时1.2秒。",
    "4. 测量结束后，用USB-C数据线把结果复制到电脑。",
]
CARE = [
    "请使用无水乙醇和镜头纸清洁测量窗口，不得使用丙酮。",
    "长期存放时，请将电池充至60%，并且每三个月补充充电一次。",
    "蓝牙配对码为730518，首次配对后可以在“设置”中修改。",
    "中国区售后服务由苏州分公司负责，邮箱：fuwu@quillmoor.example。",
]


def write_guide(path: Path) -> None:
    """Writes the guide: cover, two columns, tables, a Chinese page, errors and warranty."""
    pdfmetrics.registerFont(TTFont("Han", HAN_FONT, subfontIndex=0))
    width, height = A4
    inner = width - 4 * cm
    single = Frame(2 * cm, 2.2 * cm, inner, height - 5 * cm, id="single")
    half = (inner - 0.8 * cm) / 2
    left = Frame(2 * cm, 2.2 * cm, half, height - 5 * cm, id="left")
    right = Frame(2 * cm + half + 0.8 * cm, 2.2 * cm, half, height - 5 * cm, id="right")
    document = BaseDocTemplate(
        str(path), pagesize=A4, title="QM-7 Operating Guide", author="Quillmoor Instruments", invariant=1
    )
    document.addPageTemplates(
        [
            PageTemplate("single", [single], onPage=draw_frame),
            PageTemplate("double", [left, right], onPage=draw_frame),
        ]
    )
    document.build([*cover(), *two_columns(), *tables(), *chinese_page(), *last_page()])


def draw_frame(canvas: Any, document: Any) -> None:
    """Draws the running header and the page number."""
    canvas.saveState()
    canvas.setFont("Helvetica", 8.5)
    canvas.drawString(2 * cm, A4[1] - 1.6 * cm, "Quillmoor Instruments")
    canvas.drawRightString(A4[0] - 2 * cm, A4[1] - 1.6 * cm, "QM-7 Operating Guide, edition 5")
    canvas.line(2 * cm, A4[1] - 1.8 * cm, A4[0] - 2 * cm, A4[1] - 1.8 * cm)
    canvas.drawCentredString(A4[0] / 2, 1.2 * cm, f"Page {document.page} of 5")
    canvas.restoreState()


def cover() -> list[Any]:
    """Page 1: what the instrument is and what is in the case."""
    return [
        Spacer(1, 1.5 * cm),
        Paragraph("QM-7 Operating Guide", TITLE),
        Paragraph(
            "The QM-7 is a portable spectrometer for liquids, powders and solid surfaces. It is built in Bergen by "
            "Quillmoor Instruments and used in water works, paper mills and food laboratories.",
            BODY,
        ),
        Paragraph("What is in the case", HEADING),
        *[
            Paragraph(item, BODY, bulletText="•")
            for item in (
                "the QM-7 with its battery BT-7",
                "the charger QC-24 and a USB-C cable",
                "a white reference tile in a box",
                "20 sheets of lens paper",
                "the certificate of calibration, which belongs to the serial number on the back",
            )
        ],
        Paragraph("About this guide", HEADING),
        Paragraph(
            "This is edition 5 of May 2026. It applies to instruments with firmware 4.18 and later. Page 4 is a short "
            "guide in Chinese.",
            BODY,
        ),
        NextPageTemplate("double"),
        PageBreak(),
    ]


def two_columns() -> list[Any]:
    """Page 2: safety on the left, getting started on the right."""
    return [
        Paragraph("Safety", HEADING),
        *[Paragraph(text, COLUMN) for text in SAFETY],
        FrameBreak(),
        Paragraph("Getting started", HEADING),
        *[Paragraph(text, COLUMN) for text in STARTING],
        NextPageTemplate("single"),
        PageBreak(),
    ]


def tables() -> list[Any]:
    """Page 3: specifications and maintenance."""
    return [
        Paragraph("Specifications", HEADING),
        ruled(SPECIFICATIONS, (5 * cm, 6 * cm, 6 * cm)),
        Paragraph("Maintenance", HEADING),
        Paragraph("Keep a record of what was done. The warranty asks for it.", BODY),
        ruled(MAINTENANCE, (5 * cm, 6 * cm, 6 * cm)),
        PageBreak(),
    ]


def chinese_page() -> list[Any]:
    """Page 4: the short guide in Chinese."""
    return [
        Paragraph("QM-7 快速指南", HAN_HEADING),
        *[Paragraph(step, HAN) for step in QUICK_STEPS],
        Paragraph("保养与连接", HAN_HEADING),
        *[Paragraph(text, HAN) for text in CARE],
        PageBreak(),
    ]


def last_page() -> list[Any]:
    """Page 5: error codes and warranty."""
    return [
        Paragraph("Error codes", HEADING),
        ruled(ERRORS, (2 * cm, 5.5 * cm, 9.5 * cm)),
        Paragraph("Warranty", HEADING),
        Paragraph(
            "Quillmoor Instruments repairs or replaces a faulty QM-7 free of charge for 30 months from delivery. Lamps "
            "and batteries are covered for six months. The warranty ends when the case was opened by anyone but our "
            "service.",
            BODY,
        ),
        Paragraph("Service: service@quillmoor.example, Monday to Friday, 08:00 to 16:00 in Bergen.", BODY),
    ]


def ruled(rows: Sequence[tuple[str, ...]], widths: tuple[float, ...]) -> Table:
    """A table with lines around its cells and a shaded header."""
    table = Table(rows, colWidths=widths, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 10),
                ("FONT", (0, 1), (-1, -1), "Helvetica", 10),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#E3EAF2")),
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table
