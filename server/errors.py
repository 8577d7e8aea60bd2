"""Every error Lectern answers with. The docstring is the text its user reads: what happened, what to do.

The class carries the HTTP status and OpenAI's `type` and `code`
(https://platform.openai.com/docs/guides/error-codes). One place per face (API, command line) renders them.
"""

from typing import ClassVar


class LecternError(Exception):
    """Something went wrong inside Lectern. Send the operator this request id: {request_id}."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "server_error"
    code: ClassVar[str] = "internal_error"

    def __init__(self, *, param: str | None = None, **facts: object) -> None:
        self.param = param
        self.facts = facts
        template = " ".join((type(self).__doc__ or "").split())
        self.message = template.format(**facts) if facts else template
        super().__init__(self.message)

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that belong to the error."""
        retry_after = self.facts.get("retry_after")
        return {} if retry_after is None else {"Retry-After": str(retry_after)}


class InvalidRequest(LecternError):
    """The request cannot be used: {detail}."""

    status = 400
    type = "invalid_request_error"
    code = "invalid_request"


class NoApiKey(LecternError):
    """This address needs an API key. Send it as 'Authorization: Bearer KEY'; `lectern keys create` makes one."""

    status = 401
    type = "authentication_error"
    code = "missing_api_key"


class WrongApiKey(LecternError):
    """The API key is not known here. Check that it was copied whole; a revoked key cannot be used again."""

    status = 401
    type = "authentication_error"
    code = "invalid_api_key"


class ExpiredApiKey(LecternError):
    """The API key expired on {expired}. Ask an administrator for a new one."""

    status = 401
    type = "authentication_error"
    code = "expired_api_key"


class SpentLink(LecternError):
    """This sign-in link was used already or is older than {minutes} minutes. Run `lectern keys link` for a new one."""

    status = 401
    type = "authentication_error"
    code = "spent_link"


class Forbidden(LecternError):
    """Your role is {role}; this needs {needed}. Ask an administrator to change it."""

    status = 403
    type = "permission_error"
    code = "forbidden"


class CrossSiteRequest(LecternError):
    """The browser sent this request without the portal's own header, so it was refused. Reload the portal."""

    status = 403
    type = "permission_error"
    code = "cross_site_request"


class UnknownAddress(LecternError):
    """There is nothing at {method} {path}. The API begins at /v1; docs/reference/openai.md lists what it serves."""

    status = 404
    type = "invalid_request_error"
    code = "unknown_url"


class WrongMethod(LecternError):
    """{path} does not take {method}."""

    status = 405
    type = "invalid_request_error"
    code = "method_not_allowed"


class UnknownModel(LecternError):
    """There is no model {model!r}. GET /v1/models lists those you can use."""

    status = 404
    type = "invalid_request_error"
    code = "model_not_found"


class UnknownStore(LecternError):
    """There is no vector store {store!r}. GET /v1/vector_stores lists those you can use."""

    status = 404
    type = "invalid_request_error"
    code = "vector_store_not_found"


class UnknownFile(LecternError):
    """There is no file {file!r}. GET /v1/files lists those you can use."""

    status = 404
    type = "invalid_request_error"
    code = "file_not_found"


class UnknownSource(LecternError):
    """There is no source {source!r} in this vector store. GET /v1/vector_stores/ID/sources lists those there are."""

    status = 404
    type = "invalid_request_error"
    code = "source_not_found"


class RefusedSource(LecternError):
    """{url} cannot be a source: {detail}."""

    status = 400
    type = "invalid_request_error"
    code = "refused_source"


class SourceUnavailable(LecternError):
    """{url} could not be looked through ({detail}). Nothing was taken for deleted; the next run tries again."""

    status = 503
    type = "server_error"
    code = "source_unavailable"


class UnknownEval(LecternError):
    """There is no evaluation, run or item {eval!r}. GET /v1/evals lists the evaluations."""

    status = 404
    type = "invalid_request_error"
    code = "eval_not_found"


class UnknownKey(LecternError):
    """There is no API key {key!r}. `lectern keys list` shows those there are."""

    status = 404
    type = "invalid_request_error"
    code = "api_key_not_found"


class DuplicateName(LecternError):
    """There is a {noun} named {name!r} already. Choose another name."""

    status = 409
    type = "invalid_request_error"
    code = "duplicate_name"


class RequestTooLarge(LecternError):
    """The request is larger than {limit}. Send less, or ask the operator to raise {setting}."""

    status = 413
    type = "invalid_request_error"
    code = "request_too_large"


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


class DatabaseUnavailable(LecternError):
    """The database does not answer ({detail}). Check LECTERN_DATABASE_URL and that the server runs."""

    status = 503
    type = "server_error"
    code = "database_unavailable"


class IndexUnavailable(LecternError):
    """The vector index does not answer ({detail}). `lectern doctor` tells what to do."""

    status = 503
    type = "server_error"
    code = "index_unavailable"


class DamagedSeal(LecternError):
    """{name} is not what was sealed: it was changed, cut or moved, or the key is another. Restore it from a backup."""

    code = "damaged_seal"


class MissingMasterKey(LecternError):
    """There is sealed data under {data}, but no master key at {path}. Put the key back; without it nothing can be
    read."""

    code = "missing_master_key"


class WrongMasterKey(LecternError):
    """The master key at {path} is not the one this data was sealed with. Put the right key there."""

    code = "wrong_master_key"


class WrongSetting(LecternError):
    """{setting} cannot be used: {detail}"""

    code = "wrong_setting"


class DataInUse(LecternError):
    """Another Lectern (process {pid}) uses {data}. Stop it first, or give this one another LECTERN_DATA."""

    code = "data_in_use"


class BadBackup(LecternError):
    """{name} cannot be restored: {detail}"""

    code = "bad_backup"
