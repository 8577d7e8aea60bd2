"""The two samples that are pictures of text: a scanned certificate (PDF) and a photographed notice (PNG)."""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

HAN = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
SERIF = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
SERIF_BOLD = "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf"
SANS = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SANS_BOLD = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"

PAGE = (1240, 1754)  # A4 at 150 dots per inch
PHOTO = (1500, 1950)

Line = tuple[str, str, int, int]
"""Text, font file, size in pixels, and the space below it in pixels."""

CERTIFICATE: list[Line] = [
    ("Quillmoor Instruments", SERIF_BOLD, 34, 70),
    ("CERTIFICATE OF ACCEPTANCE", SERIF_BOLD, 44, 60),
    ("Certificate number: AC-2026-118", SERIF, 28, 22),
    ("Service contract: SC-4471", SERIF, 28, 60),
    ("Customer: Norrvik Water Laboratory", SERIF, 28, 22),
    ("Instrument: Field spectrometer QM-7", SERIF, 28, 22),
    ("Serial number: QM7-260417-0093", SERIF, 28, 22),
    ("Place of installation: Building C, room 214", SERIF, 28, 60),
    ("The instrument was installed, tested and explained to the", SERIF, 28, 14),
    ("staff. All tests of the accompanying record were passed.", SERIF, 28, 14),
    ("The customer accepts the instrument without reservation.", SERIF, 28, 60),
    ("验收结论：合格。现场培训时长：六小时。", HAN, 32, 60),
    ("Date of acceptance: 17 April 2026", SERIF, 28, 90),
    ("For the customer: Elin Brattli", SERIF, 28, 150),
    ("For Quillmoor Instruments: Tomas Reinholt", SERIF, 28, 20),
]
RECORD: list[Line] = [
    ("Quillmoor Instruments", SERIF_BOLD, 34, 70),
    ("TEST RECORD", SERIF_BOLD, 44, 20),
    ("Annex to certificate AC-2026-118", SERIF, 28, 70),
    ("Wavelength error: 0.4 nm (limit 1.0 nm)", SERIF, 28, 26),
    ("Stray light: 0.03 percent (limit 0.10 percent)", SERIF, 28, 26),
    ("Repeatability: 0.2 percent (limit 0.5 percent)", SERIF, 28, 26),
    ("Warm-up drift: 0.6 percent (limit 1.5 percent)", SERIF, 28, 70),
    ("Reference used: calibration kit CK-11, number 5527", SERIF, 28, 26),
    ("Room temperature: 21.5 degrees Celsius", SERIF, 28, 70),
    ("下次校准时间：二零二七年四月中旬", HAN, 32, 26),
    ("检测人员：韩立群", HAN, 32, 70),
    ("Both parties keep one copy of this record.", SERIF, 28, 20),
]
NOTICE: list[Line] = [
    ("NOTICE", SANS_BOLD, 84, 40),
    ("Network maintenance", SANS_BOLD, 58, 70),
    ("Saturday, 13 June 2026", SANS_BOLD, 44, 26),
    ("from 06:00 to 11:30", SANS_BOLD, 44, 70),
    ("The wireless network QM-Staff and the wired", SANS, 38, 18),
    ("network on floors 2 to 4 of building B will be", SANS, 38, 18),
    ("switched off. The telephones keep working.", SANS, 38, 60),
    ("Please save your work and shut down your", SANS, 38, 18),
    ("computer on Friday evening.", SANS, 38, 80),
    ("网络维护通知", HAN, 60, 40),
    ("六月十三日上午，B座二至四层停用网络。", HAN, 42, 24),
    ("请于周五下班前关闭电脑。", HAN, 42, 24),
    ("如有问题，请联系信息技术部周启明。", HAN, 42, 70),
    ("Questions: IT service desk, extension 4182", SANS_BOLD, 38, 10),
]


def write_certificate(path: Path) -> None:
    """Writes the scan: two pages of nothing but pictures, turned a little, with the grain of a scanner."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle("Scan 2026-04-20")
    for number, (lines, angle) in enumerate(((CERTIFICATE, 0.7), (RECORD, -0.5))):
        page = typeset(lines, PAGE, left=150, top=150, ink=35)
        if lines is CERTIFICATE:
            sign(page, (640, 1222), 1)
            sign(page, (800, 1430), 2)
        page = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=244)
        page = grain(page.filter(ImageFilter.GaussianBlur(0.6)), 5.0, seed=number)
        picture = BytesIO()
        page.save(picture, "JPEG", quality=42, optimize=True)
        canvas.drawImage(ImageReader(picture), 0, 0, *A4)
        canvas.showPage()
    canvas.save()


def write_notice(path: Path) -> None:
    """Writes the photo: a sheet seen at an angle, lit from one side, in 16 shades of grey."""
    sheet = typeset(NOTICE, PHOTO, left=130, top=150, ink=30)
    seen = sheet.transform(
        PHOTO,
        Image.Transform.PERSPECTIVE,
        perspective(
            [(70, 60), (1425, 95), (1470, 1880), (30, 1900)],
            [(0, 0), (PHOTO[0], 0), (PHOTO[0], PHOTO[1]), (0, PHOTO[1])],
        ),
        Image.Resampling.BICUBIC,
        fillcolor=96,
    )
    pixels = np.asarray(seen, dtype=np.float32)
    light = (
        np.linspace(1.0, 0.72, PHOTO[0], dtype=np.float32)[None, :]
        * np.linspace(1.0, 0.88, PHOTO[1], dtype=np.float32)[:, None]
    )
    lit = grain(Image.fromarray((pixels * light).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7)), 1.2, seed=7)
    shades = lit.quantize(16, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    shades.save(path, "PNG", optimize=True)


def typeset(lines: list[Line], size: tuple[int, int], left: int, top: int, ink: int) -> Image.Image:
    """Sets the lines below each other on an off-white sheet."""
    sheet = Image.new("L", size, 244)
    draw = ImageDraw.Draw(sheet)
    for text, font, pixels, below in lines:
        draw.text((left, top), text, font=ImageFont.truetype(font, pixels), fill=ink)
        top += round(pixels * 1.2) + below
    return sheet


def sign(page: Image.Image, start: tuple[int, int], seed: int) -> None:
    """Scribbles a signature: a smooth curve through fixed pseudo-random points."""
    generator = np.random.default_rng(seed)
    knots = np.cumsum(generator.uniform((8, -34), (40, 34), size=(12, 2)) * (1, 1), axis=0)
    knots[:, 1] -= np.linspace(0, knots[-1, 1], len(knots))
    steps = np.linspace(0, len(knots) - 1, 400)
    smooth = np.stack([np.interp(steps, range(len(knots)), knots[:, axis]) for axis in (0, 1)], axis=1)
    kernel = np.ones(31) / 31
    curve = np.stack([np.convolve(np.pad(smooth[:, axis], 15, "edge"), kernel, "valid") for axis in (0, 1)], axis=1)
    points = [(start[0] + float(x), start[1] + float(y)) for x, y in curve]
    ImageDraw.Draw(page).line(points, fill=60, width=4, joint="curve")


def grain(picture: Image.Image, strength: float, seed: int) -> Image.Image:
    """Adds noise of the given standard deviation, in grey levels."""
    pixels = np.asarray(picture, dtype=np.float32)
    noise = np.random.default_rng(seed).normal(0.0, strength, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def perspective(seen: list[tuple[int, int]], flat: list[tuple[int, int]]) -> list[float]:
    """The eight coefficients Pillow needs to show the `flat` corners at the `seen` ones."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    target: npt.NDArray[np.float64] = np.array(flat, dtype=np.float64).reshape(8)
    return [float(value) for value in np.linalg.solve(np.array(rows, dtype=np.float64), target)]
