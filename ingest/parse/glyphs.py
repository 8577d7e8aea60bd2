"""Whether a picture may show text: a matter of milliseconds, where recognising a photograph in vain takes seconds."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

_LONGEST, _SHORTEST = 1_000, 350  # pixels of the longer side that the picture is brought to
_NEIGHBOURHOOD, _CONTRAST = 31, 12  # pixels around one that decide whether it is ink, and how much darker it must be
_LOWEST = 6  # pixels
_MOST_SPOTS = 6_000
_WORD, _WORDS = 4, 6  # glyphs in one run, or in several runs of at least three, that make text

_Spot = tuple[int, int, int, int]  # left, top, width, height


def shows_text(image: Image.Image) -> bool:
    """Whether spots the size of letters stand in a row somewhere, dark on bright or bright on dark."""
    import cv2  # here, for it is slow to import and most documents hold no pictures

    grey = np.asarray(image.convert("L"))
    longest = max(grey.shape)
    scale = _LONGEST / longest if longest > _LONGEST else 2.0 if longest < _SHORTEST else 1.0
    if scale != 1.0:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)
    for plane in (grey, 255 - grey):
        ink = cv2.adaptiveThreshold(
            plane, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _NEIGHBOURHOOD, _CONTRAST
        )
        found = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
        if _has_words(list(_letter_like(found, plane.shape[0]))):
            return True
    return False


def _letter_like(spots: np.ndarray, height: int) -> Iterator[_Spot]:
    """The spots that may be letters, or letters that touch, from left to right."""
    across, down, area = spots[:, 2], spots[:, 3], spots[:, 4]
    share = area / np.maximum(across * down, 1)
    fits = (down >= _LOWEST) & (down <= 0.9 * height) & (across <= 12 * down) & (across >= 0.08 * down)
    kept = spots[fits & (share >= 0.12) & (share <= 0.9)]
    for left, top, width, tall, _ in kept[np.argsort(kept[:, 0], kind="stable")][:_MOST_SPOTS].tolist():
        yield left, top, width, tall


def _has_words(spots: list[_Spot]) -> bool:
    """Whether enough spots follow one another: side by side, about as high, at the height of the one before."""
    runs: list[tuple[_Spot, int]] = []  # the last spot of each run, and how many it has
    in_runs = 0  # spots in runs of at least three
    for spot in spots:
        left, _, _, tall = spot
        for index, (last, count) in enumerate(runs):
            if _follows(last, spot):
                runs[index] = spot, count + 1
                in_runs += 3 if count == 2 else int(count > 2)
                if count + 1 >= _WORD or in_runs >= _WORDS:
                    return True
                break
        else:
            runs.append((spot, 1))
        if len(runs) > 200:
            runs = [run for run in runs if left - (run[0][0] + run[0][2]) < 2 * max(tall, run[0][3])]
    return False


def _follows(last: _Spot, spot: _Spot) -> bool:
    gap = spot[0] - (last[0] + last[2])
    low, high = sorted((last[3], spot[3]))
    shared = min(last[1] + last[3], spot[1] + spot[3]) - max(last[1], spot[1])
    return shared > 0.6 * low and high < 2.2 * low and -0.3 * spot[3] <= gap < 1.2 * high
