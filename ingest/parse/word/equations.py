"""Equations (OMML) as LaTeX: the form that language models write and read, and chat programs show."""

import re
import unicodedata
from collections.abc import Callable

from lxml import etree

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_VAL = f"{MATH}val"
_DELETED = frozenset({"del", "moveFrom"})

_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (FINAL )?(\w+)")
_UPRIGHT = re.compile(r"ALPHA|BETA|EPSILON|ZETA|ETA|IOTA|KAPPA|MU|NU|OMICRON|RHO|TAU|CHI")  # capitals that look Latin
_SIGNS = """
± pm ∓ mp × times ÷ div ⋅ cdot · cdot ∗ ast ∘ circ ⊕ oplus ⊗ otimes ∧ wedge ∨ vee ¬ neg ∖ setminus
≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv ≅ cong ∼ sim ∝ propto ≪ ll ≫ gg ⊥ perp ∥ parallel ∠ angle
∈ in ∉ notin ∋ ni ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ∪ cup ∩ cap ∅ emptyset ∀ forall ∃ exists
→ to ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow
… ldots ⋯ cdots ⋮ vdots ⋱ ddots ∴ therefore ∵ because ′ prime ∞ infty ∂ partial ∇ nabla ℏ hbar ℓ ell
ϵ epsilon ϕ phi ϑ vartheta ∑ sum ∏ prod ∐ coprod ∫ int ∬ iint ∭ iiint ∮ oint ∯ oiint ∰ oiiint
⋃ bigcup ⋂ bigcap ⋀ bigwedge ⋁ bigvee ⨁ bigoplus ⨂ bigotimes
⟨ langle ⟩ rangle ⌈ lceil ⌉ rceil ⌊ lfloor ⌋ rfloor ‖ Vert
"""
_COMMANDS = dict(zip(_SIGNS.split()[::2], _SIGNS.split()[1::2], strict=True))
_ACCENTS = {
    "\u0300": "grave",
    "\u0301": "acute",
    "\u0303": "tilde",
    "~": "tilde",
    "\u0304": "bar",
    "\u0305": "overline",
    "\u0306": "breve",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u030c": "check",
    "\u20d7": "vec",
    "→": "vec",
    "\u20db": "dddot",
}
_FUNCTIONS = re.compile(
    r"a(?:rccos|rcsin|rctan|rg)|cosh?|coth?|csc|deg|det|dim|exp|gcd|hom|inf|ker|lg|lim(?:inf|sup)?|ln|log|max|min|Pr|sec"
    r"|sinh?|sup|tanh?"
)
_BRACES = {"{": r"\{", "}": r"\}", "": "."}
_SPACES = re.compile(r"\s+")


def equation(element: etree._Element) -> str:
    """An equation in LaTeX: between dollar signs within a line, between two each where it stands by itself."""
    if element.tag == f"{MATH}oMathPara":
        found = [_clean(_inside(part)) for part in element.iterchildren(f"{MATH}oMath")]
        return "\n".join(f"$${text}$$" for text in found if text)
    text = _clean(_inside(element))
    return f"${text}$" if text else ""


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _latex(element: etree._Element) -> str:
    name = str(etree.QName(element).localname)
    if name.endswith("Pr") or name in _DELETED:
        return ""
    return _SHAPES.get(name, _inside)(element)


def _inside(element: etree._Element) -> str:
    return "".join(map(_latex, element.iterchildren(etree.Element)))


def _part(element: etree._Element, name: str) -> str:
    """The part of a structure with a name, "" where there is none."""
    found = element.find(f"{MATH}{name}")
    return "" if found is None else _inside(found).strip()


def _parts(element: etree._Element, name: str) -> list[str]:
    return [_inside(part).strip() for part in element.iterchildren(f"{MATH}{name}")]


def _setting(element: etree._Element, name: str, default: str) -> str:
    """A property of a structure: its default where it is not given."""
    found = element.find(f"{MATH}{etree.QName(element).localname}Pr/{MATH}{name}")
    return default if found is None else found.get(_VAL, "")


def _letters(element: etree._Element) -> str:
    """The text of a run, each sign that has a command by that."""
    text = unicodedata.normalize("NFKC", "".join(part.text or "" for part in element.iterchildren(f"{MATH}t")))
    return "".join(map(_sign, text.replace("...", "…").replace("−", "-")))


def _sign(character: str) -> str:
    if character.isascii():
        return f"\\{character}" if character in "#$%&_{}" else character
    if command := _command(character):
        return f" {command} "
    return character


def _command(character: str) -> str:
    if character in _COMMANDS:
        return f"\\{_COMMANDS[character]}"
    greek = _GREEK.fullmatch(unicodedata.name(character, "")) if len(character) == 1 else None
    if greek is None or greek[3] == "OMICRON" or (greek[1] == "CAPITAL" and _UPRIGHT.fullmatch(greek[3])):
        return ""
    name = greek[3].replace("LAMDA", "LAMBDA").lower()
    return "\\" + ("var" if greek[2] else "") + (name if greek[1] == "SMALL" else name.capitalize())


def _fraction(element: etree._Element) -> str:
    above, below = _part(element, "num"), _part(element, "den")
    kind = _setting(element, "type", "bar")
    if kind == "noBar":
        return rf"\genfrac{{}}{{}}{{0pt}}{{}}{{{above}}}{{{below}}}"
    return f"{above}/{below}" if kind in ("lin", "skw") else rf"\frac{{{above}}}{{{below}}}"


def _scripts(element: etree._Element) -> str:
    parts = (("_", _part(element, "sub")), ("^", _part(element, "sup")))
    return "".join(f"{mark}{{{text}}}" for mark, text in parts if text)


def _scripted(element: etree._Element) -> str:
    return _part(element, "e") + _scripts(element)


def _prescripted(element: etree._Element) -> str:
    return "{}" + _scripts(element) + _part(element, "e")


def _root(element: etree._Element) -> str:
    degree = _part(element, "deg")
    return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"


def _delimited(element: etree._Element) -> str:
    opening, closing = (_setting(element, name, sign) for name, sign in (("begChr", "("), ("endChr", ")")))
    between = _setting(element, "sepChr", "|")
    return rf"\left{_delimiter(opening)}{between.join(_parts(element, 'e'))}\right{_delimiter(closing)}"


def _delimiter(sign: str) -> str:
    command = _command(sign)
    return f"{command} " if command else _BRACES.get(sign, sign)


def _large_operator(element: etree._Element) -> str:
    sign = _setting(element, "chr", "∫")
    body = _part(element, "e")
    operator = (_command(sign) or sign) + _scripts(element)
    return f"{operator} {body}" if operator[-1:].isalpha() and body[:1].isalpha() else operator + body


def _function(element: etree._Element) -> str:
    name, body = _part(element, "fName"), _part(element, "e")
    if re.fullmatch(r"[A-Za-z ]+", name):
        name = _named(name)
    elif (limit := element.find(f"{MATH}fName/{MATH}limLow")) is not None:
        name = _lower_limit(limit)
    return f" {name} {body}" if body[:1].isalnum() else f" {name}{body}"


def _named(name: str) -> str:
    """The name of a function upright, as LaTeX knows it or not."""
    return f"\\{name}" if _FUNCTIONS.fullmatch(name) else rf"\operatorname{{{name}}}" if name.isalpha() else name


def _lower_limit(element: etree._Element) -> str:
    base, limit = _part(element, "e"), _part(element, "lim")
    if re.fullmatch(r"[A-Za-z]{2,}", base):
        base = _named(base)
    return f"{base}_{{{limit}}}"


def _upper_limit(element: etree._Element) -> str:
    return rf"\overset{{{_part(element, 'lim')}}}{{{_part(element, 'e')}}}"


def _grouped(element: etree._Element) -> str:
    sign, body = _setting(element, "chr", "⏟"), _part(element, "e")
    braces = {"⏟": "underbrace", "⏞": "overbrace"}
    if sign in braces:
        return rf"\{braces[sign]}{{{body}}}"
    side = "overset" if _setting(element, "pos", "bot") == "top" else "underset"
    return rf"\{side}{{{_command(sign) or sign}}}{{{body}}}"


def _barred(element: etree._Element) -> str:
    return rf"\{'overline' if _setting(element, 'pos', 'bot') == 'top' else 'underline'}{{{_part(element, 'e')}}}"


def _accented(element: etree._Element) -> str:
    return rf"\{_ACCENTS.get(_setting(element, 'chr', '^'), 'hat')}{{{_part(element, 'e')}}}"


def _matrix(element: etree._Element) -> str:
    rows = [" & ".join(_parts(row, "e")) for row in element.iterchildren(f"{MATH}mr")]
    return r"\begin{matrix}" + r" \\ ".join(rows) + r"\end{matrix}"


def _aligned(element: etree._Element) -> str:
    rows = _parts(element, "e")
    if len(rows) == 1:
        return rows[0]
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"


_SHAPES: dict[str, Callable[[etree._Element], str]] = {
    "r": _letters,
    "f": _fraction,
    "sSup": _scripted,
    "sSub": _scripted,
    "sSubSup": _scripted,
    "sPre": _prescripted,
    "rad": _root,
    "d": _delimited,
    "nary": _large_operator,
    "func": _function,
    "limLow": _lower_limit,
    "limUpp": _upper_limit,
    "groupChr": _grouped,
    "bar": _barred,
    "acc": _accented,
    "m": _matrix,
    "eqArr": _aligned,
    "borderBox": lambda element: rf"\boxed{{{_part(element, 'e')}}}",
}
