"""Models and the engines behind them."""

from server.errors.base import LecternError


class UnknownModel(LecternError):
    """There is no model {model!r}. GET /v1/models lists those you can use."""

    status = 404
    type = "invalid_request_error"
    code = "model_not_found"


class UnknownResponse(LecternError):
    """There is no response {response!r} of yours: it was never stored, was deleted, or its time is over."""

    status = 404
    type = "invalid_request_error"
    code = "response_not_found"


class UnknownTrace(LecternError):
    """Nothing was kept of how the response {response!r} came about. Ask the question again."""

    status = 404
    type = "invalid_request_error"
    code = "trace_not_found"


class QuestionTooLong(LecternError):
    """The messages take about {tokens} tokens; the model reads {limit}. Shorten the conversation."""

    status = 400
    type = "invalid_request_error"
    code = "context_length_exceeded"


class EngineRefused(LecternError):
    """The model server refused the request: {detail}"""

    status = 400
    type = "invalid_request_error"
    code = "engine_refused"


class Saturated(LecternError):
    """Lectern is answering as many questions as it can. Try again in {retry_after} seconds."""

    status = 429
    type = "rate_limit_error"
    code = "saturated"
    passes = True


class EngineUnavailable(LecternError):
    """The model is not answering ({detail}). Try again in {retry_after} seconds."""

    status = 503
    type = "server_error"
    code = "engine_unavailable"


class EngineLost(LecternError):
    """The model stopped in the middle of the answer ({detail}). What was said so far is incomplete; ask again."""

    status = 503
    type = "server_error"
    code = "engine_lost"


class EmbedderUnavailable(LecternError):
    """The embedding service at {url} does not answer ({detail}). Check LECTERN_EMBEDDER_URL and that it runs."""

    status = 503
    type = "server_error"
    code = "embedder_unavailable"


class RerankerUnavailable(LecternError):
    """The reranker {reranker} does not answer ({detail}). Check LECTERN_RERANKER and that it runs."""

    status = 503
    type = "server_error"
    code = "reranker_unavailable"
