"""The ROC as a picture."""

from typing import Final

from server.evals.roc import Roc

_SIDE: Final = 360
_LEFT, _TOP = 56, 24
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


def svg(roc: Roc, threshold: float) -> str:
    """The curve, with the point that the threshold chooses, as an SVG document."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, [(0.0, 0.0), *roc.curve()]))
    chosen = roc.at(threshold)
    here_x, here_y = _place((chosen.wrong.value, chosen.right.value))
    right, bottom = _LEFT + _SIDE, _TOP + _SIDE
    ticks = "".join(
        f'<text x="{_place((tick, 0))[0]:.0f}" y="{bottom + 18}" text-anchor="middle">{tick:.0%}</text>'
        f'<text x="{_LEFT - 8}" y="{_place((0, tick))[1] + 4:.0f}" text-anchor="end">{tick:.0%}</text>'
        for tick in _TICKS
    )
    told = f"LECTERN_MIN_SCORE {threshold:g}: {chosen.right.value:.1%} refused, {chosen.wrong.value:.1%} wrongly"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right + 24}" height="{bottom + 64}" '
        'font-family="sans-serif" font-size="12">'
        '<rect width="100%" height="100%" fill="white"/>'
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>'
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{_TOP}" stroke="#ccc" stroke-dasharray="4"/>'
        f'<polyline points="{points}" fill="none" stroke="#1a5fb4" stroke-width="2"/>'
        f'<circle cx="{here_x:.1f}" cy="{here_y:.1f}" r="5" fill="#c01c28"><title>{told}</title></circle>{ticks}'
        f'<text x="{_LEFT + _SIDE / 2:.0f}" y="{bottom + 38}" text-anchor="middle">answerable, refused wrongly</text>'
        f'<text x="14" y="{_TOP + _SIDE / 2:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 14 {_TOP + _SIDE / 2:.0f})">unanswerable, refused</text>'
        f'<text x="{_LEFT}" y="{_TOP - 8}">AUC {roc.auc:.3f}</text>'
        f'<text x="{_LEFT}" y="{bottom + 56}" fill="#c01c28">{told}</text></svg>\n'
    )


def _place(point: tuple[float, float]) -> tuple[float, float]:
    x, y = point
    return _LEFT + x * _SIDE, _TOP + (1 - y) * _SIDE
