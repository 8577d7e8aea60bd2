"""What a picture goes through before its text is recognised."""

from PIL import Image

LONGEST = 4_000  # pixels of the longer side; more costs time and reads no better
SHORTEST = 700  # pictures whose longer side is below are enlarged

# text turned by so many quarters clockwise is upright after as many quarters counter-clockwise
_TURNED = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def prepared(image: Image.Image) -> Image.Image:
    """In grey on white, of a size at which engines read well."""
    if max(image.size) >= 2 * LONGEST and image.mode in ("L", "LA", "RGB", "RGBA"):
        image = image.reduce(max(image.size) // LONGEST)  # first of all, for what follows makes copies
    if "A" in image.getbands() or "transparency" in image.info:
        coloured = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    image = image.convert("L")
    longest = max(image.size)
    if longest > LONGEST:
        return scaled(image, LONGEST / longest)
    return scaled(image, min(3.0, SHORTEST / longest)) if longest < SHORTEST else image


def scaled(image: Image.Image, scale: float) -> Image.Image:
    """The picture so many times as large."""
    if scale == 1.0:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def turned_upright(image: Image.Image, turn: int) -> Image.Image:
    """The picture whose text is turned by so many quarters clockwise, turned back."""
    return image.transpose(_TURNED[turn]) if turn else image
