"""Draws how searching grows with the chunks, as SVG."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from server.bench.figure import machine
from server.bench.search import MOST_MS, MOST_P95_MS, Searched

_WIDTH: Final = 340
_HEIGHT: Final = 220
_LEFT: Final = 60
_TOP: Final = 80
_COLOURS: Final = ("#1f5fbf", "#c2571a", "#3d7a3d", "#777777")

Line = tuple[str, list[float]]


def plot(measured: Sequence[Searched], said: str) -> str:
    """An SVG of latency and memory over the number of chunks; `said` stands below."""
    chunks = [one.chunks for one in measured]
    latency: list[Line] = [
        ("p50, whole search", [one.p50 for one in measured]),
        ("p95, whole search", [one.p95 for one in measured]),
        ("p50, index alone", [one.index for one in measured]),
        ("processor time, whole search", [one.cpu for one in measured]),
    ]
    memory: list[Line] = [
        ("Milvus Lite", [one.milvus for one in measured]),
        ("Lectern", [one.server for one in measured]),
    ]
    limits = f"wanted at 100,000 chunks: p50 ≤ {MOST_MS} ms, p95 ≤ {MOST_P95_MS} ms"
    width, height = 2 * (_WIDTH + _LEFT + 30), _HEIGHT + _TOP + 90
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *_panel("One search, milliseconds", chunks, latency, _LEFT),
            *_panel("Memory, MiB", chunks, memory, 2 * _LEFT + _WIDTH + 20),
            _text(_LEFT, height - 30, limits),
            _text(_LEFT, height - 12, f"{machine()}. {said}"),
            "</svg>\n",
        ]
    )


def _panel(title: str, chunks: Sequence[int], lines: Sequence[Line], left: int) -> list[str]:
    highest = 1.15 * max(value for _, values in lines for value in values)
    low, high = math.log10(min(chunks)), math.log10(max(chunks))

    def x(count: int) -> float:
        return left + _WIDTH * (math.log10(count) - low) / (high - low or 1)

    def y(value: float) -> float:
        return _TOP + _HEIGHT * (1 - value / highest)

    drawn = [_text(left, 20, title, weight="bold")]
    for quarter in range(5):
        value = highest * quarter / 4
        drawn.append(f'<path d="M{left} {y(value):.1f}h{_WIDTH}" stroke="#ddd"/>')
        drawn.append(_text(left - 6, y(value) + 4, f"{value:.0f}", anchor="end"))
    drawn += [_text(x(count), _TOP + _HEIGHT + 18, f"{count:,}", anchor="middle") for count in chunks]
    for number, (name, values) in enumerate(lines):
        colour = _COLOURS[number]
        places = [(x(count), y(value)) for count, value in zip(chunks, values, strict=True)]
        path = "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
        drawn.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in places]
        told = ", ".join(f"{value:.0f}" for value in values)
        drawn.append(_text(left + 8, _TOP - 46 + 14 * number, f"{name}: {told}", fill=colour))
    return drawn


def _text(
    across: float, down: float, said: str, *, anchor: str = "start", fill: str = "#222", weight: str = "normal"
) -> str:
    style = f'text-anchor="{anchor}" fill="{fill}" font-weight="{weight}"'
    return f'<text x="{across:.1f}" y="{down:.1f}" {style}>{escape(said)}</text>'
