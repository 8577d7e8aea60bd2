import pytest
from lxml import etree

from ingest.parse.word.equations import MATH, equation


def of(xml: str, wrapper: str = "oMath") -> str:
    return equation(etree.fromstring(f'<m:{wrapper} xmlns:m="{MATH.strip("{}")}">{xml}</m:{wrapper}>'))


def r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def shape(name: str, settings: dict[str, str] | None = None, **parts: str) -> str:
    """A structure with its properties and its parts, each a run of text or XML."""
    facts = "".join(f'<m:{key} m:val="{value}"/>' for key, value in (settings or {}).items())
    inner = "".join(f"<m:{part}>{text if '<' in text else r(text)}</m:{part}>" for part, text in parts.items())
    return f"<m:{name}><m:{name}Pr>{facts}</m:{name}Pr>{inner}</m:{name}>"


@pytest.mark.parametrize(
    ("xml", "latex"),
    [
        (r("E=mc") + shape("sSup", e="", sup="2"), "E=mc^{2}"),
        (shape("f", num="1", den="2"), r"\frac{1}{2}"),
        (shape("f", {"type": "lin"}, num="a", den="b"), "a/b"),
        (shape("f", {"type": "noBar"}, num="n", den="k"), r"\genfrac{}{}{0pt}{}{n}{k}"),
        (shape("sSubSup", e="x", sub="i", sup="2"), "x_{i}^{2}"),
        (shape("sPre", sub="6", sup="14", e="C"), "{}_{6}^{14}C"),
        (shape("rad", {"degHide": "1"}, deg="", e="x"), r"\sqrt{x}"),
        (shape("rad", deg="3", e="x"), r"\sqrt[3]{x}"),
        (shape("d", e="x"), r"\left(x\right)"),
        (shape("d", {"begChr": "{", "endChr": ""}, e="x"), r"\left\{x\right."),
        (shape("d", {"begChr": "⌊", "endChr": "⌋"}, e="x"), r"\left\lfloor x\right\rfloor"),
        (shape("d", {"begChr": "abc", "endChr": "]"}, e="x"), r"\leftabcx\right]"),
        (shape("nary", sub="0", sup="1", e="x"), r"\int_{0}^{1}x"),
        (shape("nary", {"chr": "∑"}, sub="k=1", sup="n", e="k"), r"\sum_{k=1}^{n}k"),
        (shape("nary", {"chr": "∏"}, sub="", sup="", e="k"), r"\prod k"),
        (shape("func", fName="cos", e="x"), r"\cos x"),
        (shape("func", fName="argmax", e="x"), r"\operatorname{argmax} x"),
        (shape("func", fName=shape("limLow", e="lim", lim="n→∞"), e="x"), r"\lim_{n \to \infty} x"),
        (shape("limUpp", e="x", lim="a"), r"\overset{a}{x}"),
        (shape("groupChr", {"chr": "⏞", "pos": "top"}, e="x"), r"\overbrace{x}"),
        (shape("groupChr", {"chr": "→", "pos": "top"}, e="x"), r"\overset{\to}{x}"),
        (shape("bar", {"pos": "top"}, e="x"), r"\overline{x}"),
        (shape("acc", {"chr": "\u20d7"}, e="v"), r"\vec{v}"),
        (shape("acc", e="v"), r"\hat{v}"),
        (shape("borderBox", e="x"), r"\boxed{x}"),
        (
            "<m:m><m:mr><m:e>" + r("a") + "</m:e><m:e>" + r("b") + "</m:e></m:mr></m:m>",
            r"\begin{matrix}a & b\end{matrix}",
        ),
        (
            "<m:eqArr><m:e>" + r("a") + "</m:e><m:e>" + r("b") + "</m:e></m:eqArr>",
            r"\begin{aligned}a \\ b\end{aligned}",
        ),
        (r("2πr ≤ Ω"), r"2 \pi r \leq \Omega"),
        (r("𝑥−1"), "x-1"),
        (r("Α%"), r"Α\%"),
        (r("速度"), "速度"),
        (shape("unknown", e="x"), "x"),
    ],
)
def test_structures_become_latex(xml: str, latex: str) -> None:
    assert of(xml) == f"${latex}$"


def test_an_equation_by_itself_stands_between_two_dollar_signs_each() -> None:
    assert of(f"<m:oMath>{r('a')}</m:oMath><m:oMath>{r('b')}</m:oMath>", "oMathPara") == "$$a$$\n$$b$$"


def test_an_empty_equation_and_what_was_deleted_leave_nothing() -> None:
    assert of("") == ""
    deleted = f'<w:del xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{r("old")}</w:del>'
    assert of(deleted + r("new")) == "$new$"
