"""The Excel sample: prices, budget, assets and contracts, and a hidden sheet.

Written with XlsxWriter, because every formula needs the value it had when a spreadsheet program last computed it.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

PRICES = [
    ("QM-7", "Field spectrometer", "便携式光谱仪", 18450, 143900, date(2026, 1, 1)),
    ("QM-3", "Handheld moisture meter", "手持水分仪", 2380, 18600, date(2026, 1, 1)),
    ("QL-20", "Laboratory balance", "实验室天平", 4125, 32200, date(2026, 1, 1)),
    ("QP-5", "Peristaltic pump", "蠕动泵", 1360, 10600, date(2026, 1, 1)),
    ("CK-11", "Calibration kit for QM-7", "校准套件", 690, 5400, date(2026, 2, 15)),
    ("HL-70", "Spare lamp for QM-7", "备用灯", 245, 1900, date(2026, 2, 15)),
    ("BT-7", "Spare battery for QM-7", "备用电池", 178, 1390, date(2026, 2, 15)),
    ("CS-7", "Carrying case", "便携箱", 132, 1030, date(2025, 9, 1)),
]
BUDGET = [
    ("Nordic 北欧", (412000, 398000, 367000, 455000)),
    ("Western Europe 西欧", (286000, 301000, 254000, 339000)),
    ("East Asia 东亚", (198000, 243000, 271000, 318000)),
]
ASSETS = [
    ("A-1021", "Milling machine", "Bergen, hall 2", date(2022, 5, 9), 84600, 12),
    ("A-1034", "Clean bench", "Lyon, room 118", date(2023, 11, 20), 15300, 9),
    ("A-1047", "Climate chamber 恒温恒湿箱", "Suzhou, 3号楼", date(2024, 3, 4), 37200, 8),
    ("A-1052", "Delivery van", "Bergen, yard", date(2025, 8, 18), 41500, 5),
    ("A-1060", "Laser interferometer 激光干涉仪", "Suzhou, 1号楼", date(2026, 1, 12), 58800, 7),
]
CONTRACTS = [
    ("SC-4471", "Norrvik Water Laboratory", date(2026, 4, 17), date(2029, 4, 16), 2940),
    ("SC-4476", "Aldane Paper Mill", date(2025, 10, 1), date(2027, 9, 30), 1875),
    ("SC-4480", "太湖水质监测站", date(2026, 3, 1), date(2028, 2, 29), 2260),
]
TRANSFER = [("QM-7", 11300), ("QM-3", 1490), ("QL-20", 2610)]
COLUMNS = "ABCDEFGHIJ"


class Formats(NamedTuple):
    """The cell formats the sheets share."""

    head: Any
    bold: Any
    day: Any
    euro: Any
    yuan: Any
    total: Any
    percent: Any


def write_workbook(path: Path) -> None:
    """Writes the workbook; formulas carry their values."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties(
        {"title": "Prices and budget 2026", "author": "Quillmoor Instruments", "created": datetime(2026, 2, 16, 9)}
    )
    formats = Formats(
        head=book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "align": "center", "valign": "vcenter"}
        ),
        bold=book.add_format({"bold": True}),
        day=book.add_format({"num_format": "d mmm yyyy"}),
        euro=book.add_format({"num_format": "[$€-2] #,##0.00"}),
        yuan=book.add_format({"num_format": "[$¥-804]#,##0"}),
        total=book.add_format({"num_format": "[$€-2] #,##0.00", "bold": True, "top": 1}),
        percent=book.add_format({"num_format": "0%"}),
    )
    write_prices(book.add_worksheet("Price list 价目表"), formats)
    write_budget(book.add_worksheet("Budget 2026"), formats)
    write_assets(book.add_worksheet("Assets 资产"), formats)
    write_contracts(book.add_worksheet("Contracts 合同"), formats)
    hidden = book.add_worksheet("Transfer prices")
    write_header(hidden, 0, ("Item", "Internal price (EUR)"), formats)
    for row, (item, price) in enumerate(TRANSFER, 1):
        hidden.write(row, 0, item)
        hidden.write(row, 1, price, formats.euro)
    hidden.hide()
    book.close()


def write_header(sheet: Any, row: int, names: tuple[str, ...], formats: Formats) -> None:
    """Writes one header row and freezes it."""
    sheet.write_row(row, 0, names, formats.head)
    sheet.freeze_panes(row + 1, 0)
    sheet.set_column(0, len(names) - 1, 22)


def write_prices(sheet: Any, formats: Formats) -> None:
    """The price list in both currencies; the price for schools is a formula."""
    names = (
        "Item 编号",
        "Product",
        "产品",
        "List price (EUR)",
        "单价 (CNY)",
        "School price (EUR)",
        "Valid from 生效日期",
    )
    write_header(sheet, 0, names, formats)
    for row, (item, product, chinese, euros, yuan, since) in enumerate(PRICES, 1):
        sheet.write_row(row, 0, (item, product, chinese))
        sheet.write(row, 3, euros, formats.euro)
        sheet.write(row, 4, yuan, formats.yuan)
        sheet.write_formula(row, 5, f"=D{row + 1}*0.85", formats.euro, euros * 85 / 100)
        sheet.write_datetime(row, 6, since, formats.day)


def write_budget(sheet: Any, formats: Formats) -> None:
    """Sales targets by region and quarter: two header rows with merged cells, totals as formulas."""
    sheet.set_column(0, 6, 18)
    sheet.merge_range("A1:G1", "Sales targets 2026 in euros · 2026年销售目标（欧元）", formats.bold)
    sheet.merge_range("A3:A4", "Region 区域", formats.head)
    sheet.merge_range("B3:C3", "First half 上半年", formats.head)
    sheet.merge_range("D3:E3", "Second half 下半年", formats.head)
    sheet.merge_range("F3:F4", "Year 全年", formats.head)
    sheet.merge_range("G3:G4", "Share 占比", formats.head)
    sheet.write_row(3, 1, ("Q1", "Q2", "Q3", "Q4"), formats.head)
    sheet.freeze_panes(4, 1)
    whole = sum(sum(quarters) for _, quarters in BUDGET)
    end = 4 + len(BUDGET)
    for row, (region, quarters) in enumerate(BUDGET, 4):
        sheet.write(row, 0, region)
        for column, amount in enumerate(quarters, 1):
            sheet.write(row, column, amount, formats.euro)
        sheet.write_formula(row, 5, f"=SUM(B{row + 1}:E{row + 1})", formats.euro, sum(quarters))
        sheet.write_formula(row, 6, f"=F{row + 1}/F{end + 1}", formats.percent, sum(quarters) / whole)
    sheet.write(end, 0, "All regions 合计", formats.bold)
    for column in range(1, 6):
        value = whole if column == 5 else sum(quarters[column - 1] for _, quarters in BUDGET)
        name = COLUMNS[column]
        sheet.write_formula(end, column, f"=SUM({name}5:{name}{end})", formats.total, value)


def write_assets(sheet: Any, formats: Formats) -> None:
    """The register of assets; the yearly write-off is a formula."""
    names = (
        "Asset 资产编号",
        "Name 名称",
        "Place 地点",
        "Bought 购置日期",
        "Cost (EUR)",
        "Years 年限",
        "Per year (EUR)",
    )
    write_header(sheet, 0, names, formats)
    for row, (asset, name, place, bought, cost, years) in enumerate(ASSETS, 1):
        sheet.write_row(row, 0, (asset, name, place))
        sheet.write_datetime(row, 3, bought, formats.day)
        sheet.write(row, 4, cost, formats.euro)
        sheet.write(row, 5, years)
        sheet.write_formula(row, 6, f"=E{row + 1}/F{row + 1}", formats.euro, cost / years)
    end = len(ASSETS) + 1
    sheet.write(end, 0, "Total 合计", formats.bold)
    sheet.write_formula(end, 4, f"=SUM(E2:E{end})", formats.total, sum(asset[4] for asset in ASSETS))


def write_contracts(sheet: Any, formats: Formats) -> None:
    """The service contracts."""
    names = ("Contract 合同编号", "Customer 客户", "Begins 开始", "Ends 结束", "Fee per year (EUR)")
    write_header(sheet, 0, names, formats)
    for row, (number, customer, begins, ends, fee) in enumerate(CONTRACTS, 1):
        sheet.write_row(row, 0, (number, customer))
        sheet.write_datetime(row, 2, begins, formats.day)
        sheet.write_datetime(row, 3, ends, formats.day)
        sheet.write(row, 4, fee, formats.euro)
