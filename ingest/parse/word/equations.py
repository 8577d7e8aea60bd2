"""Equations (OMML) as text on one line."""

from lxml import etree

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def math_text(element: etree._Element) -> str:
    """An equation as one reads it aloud: a/b, x^2, x_i, √x."""
    name = str(etree.QName(element).localname)
    if name == "t":
        return str(element.text or "")
    if name.endswith("Pr"):
        return ""
    children = list(element.iterchildren(etree.Element))
    texts: list[str] = [math_text(child) for child in children]
    parts: dict[str, str] = dict(zip((etree.QName(child).localname for child in children), texts, strict=True))
    base = parts.get("e", "")
    scripts = _script("_", parts.get("sub", "")) + _script("^", parts.get("sup", ""))
    shapes: dict[str, str] = {
        "f": f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}",
        "sSup": base + scripts,
        "sSub": base + scripts,
        "sSubSup": base + scripts,
        "rad": f"{parts.get('deg', '')}√{_grouped(base)}",
        "d": f"({', '.join(filter(None, texts))})",
        "nary": f"{_sign(element)}{scripts} {base}",
        "limLow": f"{base}_{_grouped(parts.get('lim', ''))}",
        "limUpp": f"{base}^{_grouped(parts.get('lim', ''))}",
        "func": f"{parts.get('fName', '')} {base}",
        "mr": ", ".join(texts),
        "m": "; ".join(filter(None, texts)),
        "oMathPara": "\n".join(filter(None, texts)),
    }
    return shapes.get(name, "".join(texts))


def _script(mark: str, text: str) -> str:
    return f"{mark}{_grouped(text)}" if text else ""


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _sign(element: etree._Element) -> str:
    sign = element.find(f"{MATH}naryPr/{MATH}chr")
    return "∫" if sign is None else str(sign.get(f"{MATH}val", "∫"))
