"""Models by themselves: vectors, relevance, and what there are."""

import time
from collections.abc import Callable

from fastapi import APIRouter

from server.adapters.tokens import estimate_tokens
from server.app.parts import Parts
from server.chat.answer import Answers
from server.inference.embeddings import Embeddings
from server.inference.models import Models
from server.inference.ranking import Ranking
from server.inference.routes import inference_router
from server.model import Caller
from server.ports import Gate
from server.retrieval.rerank import Reranking
from server.retrieval.term_reranker import TermReranker

Spent = Callable[[Caller, int], None]


def embeddings_of(parts: Parts, spent: Spent) -> Embeddings:
    """What embeds for callers."""
    return Embeddings(parts.embedder, parts.embedders.name, spent)


def models_router(
    parts: Parts, answers: Answers, embeddings: Embeddings, reranking: Reranking | None, spent: Spent, gate: Gate
) -> APIRouter:
    """The routes of embeddings, reranking and models."""
    ranking = _ranking(parts, reranking, spent)
    started = int(time.time())

    def others(caller: Caller) -> dict[str, str]:
        return dict.fromkeys(embeddings.models(caller), "embed") | dict.fromkeys(ranking.models(caller), "rerank")

    def since() -> int:
        # The first key is as old as this Lectern.
        return min((key.created_at for key in parts.identities.list_keys()), default=started)

    return inference_router(embeddings, ranking, Models(answers.models, others, since), gate)


def _ranking(parts: Parts, reranking: Reranking | None, spent: Spent) -> Ranking:
    if reranking is None:
        own = TermReranker()
        return Ranking(own, own.name, estimate_tokens, spent)
    # The name at a URL is the setting's: the URL is nobody's business.
    name = parts.settings.reranker_model or ("reranker" if "://" in parts.settings.reranker else reranking.name)
    return Ranking(reranking.reranker, name, estimate_tokens, spent)
