"""Suggests what to ask next: what else was found for a question, and not said yet. No model is asked."""

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath
from typing import Final

from ingest.terms import terms
from server.chat.messages import text_of
from server.chat.prompt import template
from server.chat.values import is_for_program
from server.model import Passage, Prompt, folded

MOST: Final = 3
_MOST_CHARS: Final = 70
_NUMBERED: Final = re.compile(
    r"^(?:第\s*[\d一二三四五六七八九十百]+\s*[章节条款部篇编]分?|[一二三四五六七八九十]+、|[（(][\d一二三四五六七八九十a-z]{1,3}[)）]"
    r"|(?:chapter|section|part|appendix|annex|article|§)\s*[\dA-Z]+(?:\.\d+)*\b|(?:\d+(?:\.\d+)+[.)]?|\d{1,2}[.)、])(?=\s|[^\W\d])"
    r"|[IVX]+\.(?=\s))\s*[:：.、–—-]*\s*",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"[\W_]+")
_WORD: Final = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")
# What would be read as something else than a heading: markup, addresses, what is meant for a machine.
_STRANGE: Final = re.compile(r"[<>{}\[\]|*#`\\\x00-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069]|https?:|www\.|@")
_PLAIN: Final = (
    "introduction, overview, general, contents, table of contents, summary, abstract, conclusion, conclusions, "
    "appendix, annex, references, bibliography, note, notes, preface, foreword, background, index, other, others, "
    "miscellaneous, example, examples, scope, purpose, definitions, questions, answers, faq, sheet, sheet1, table, "
    "table1, tabelle1, data, details, history, version, figures, acknowledgements, acknowledgments, see also, "
    "about this guide, about this document, purpose and scope, external links, further reading, 引言, 前言, 概述, "
    "概要, 摘要, 总则, 目录, 附录, 附则, 附件, 参考文献, "
    "结论, 总结, 说明, 备注, 其他, 其它, 简介, 介绍, 背景, 示例, 范围, 目的, 定义, 工作表1, 表格, 数据, "
    "修订记录, 版本, 注意"
)
_SAYS_NOTHING: Final = frozenset(folded(word) for word in _PLAIN.split(", "))


def suggested(prompt: Prompt, others: Sequence[Passage], cited: Collection[int]) -> list[str]:
    """Up to three questions in the language of the question, from headings: first of passages that the engine was shown
    and that are not `cited`, by their numbers, then of `others` that stand near by, in the files of those. Other files
    are left out, for a stored answer is withheld from who may not read its own files any more, and of no others. None
    where an answer is read by a program."""
    if is_for_program(prompt.body):
        return []
    numbered = list(enumerate(prompt.passages, 1))
    said = {folded(_heading(passage)) for number, passage in numbered if number in cited}
    asked = {folded(text_of(message.get("content"))) for message in prompt.body["messages"]}
    files = {passage.file_id for passage in prompt.passages}
    shown = [passage for number, passage in numbered if number not in cited]
    near = [passage for passage in others if passage.file_id in files]
    found: list[str] = []
    for passage in (*_best_first(shown), *_best_first(near)):
        heading = _heading(passage)
        if folded(heading) in said or not _worth_asking(heading, passage, prompt.question):
            continue
        said.add(folded(heading))
        question = _question(heading, passage, prompt.language)
        if folded(question) not in asked:
            found.append(question)
    return found[:MOST]


def _best_first(passages: Sequence[Passage]) -> list[Passage]:
    return sorted(passages, key=lambda passage: -passage.score)


def _heading(passage: Passage) -> str:
    """The nearest heading above a passage, or the sheet it stands in, without its number."""
    nearest = passage.headings[-1] if passage.headings else passage.sheet or ""
    return _NUMBERED.sub("", " ".join(nearest.split())).rstrip(" :：.。;；,，")


def _document(passage: Passage) -> str:
    """The file's name as a title."""
    return " ".join(re.split(r"[\s_]+|(?<=[^\W\d_]{3})-|-(?=[^\W\d_]{3})", PurePath(passage.filename).stem)).strip()


def _worth_asking(heading: str, passage: Passage, question: str) -> bool:
    """Whether a heading names something that a question can be about, and that is neither asked already nor the title
    of the whole document."""
    document = _document(passage)
    if max(len(heading), len(document)) > _MOST_CHARS or not _WORD.search(heading):
        return False
    if _STRANGE.search(heading + document) or folded(heading) in _SAYS_NOTHING:
        return False
    own, title = set(terms(heading)), _BETWEEN.sub("", folded(document))
    return bool(own) and not own <= set(terms(question)) and _BETWEEN.sub("", folded(heading)) not in title


def _question(heading: str, passage: Passage, language: str) -> str:
    """The heading itself if it is one."""
    if heading.endswith(("?", "？")):
        return heading
    return template("suggestion", language).format(document=_document(passage), heading=heading)
