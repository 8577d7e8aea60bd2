"""Files, stores, sources and evaluations."""

from server.errors.base import LecternError


class UnknownStore(LecternError):
    """There is no vector store {store!r}. GET /v1/vector_stores lists those you can use."""

    status = 404
    type = "invalid_request_error"
    code = "vector_store_not_found"


class ExpiredStore(LecternError):
    """The vector store {store!r} has expired: nobody used it for {days} days. Put its files into a new one."""

    status = 400
    type = "invalid_request_error"
    code = "vector_store_expired"


class UnknownFileBatch(LecternError):
    """There is no batch of files {batch!r} in this vector store."""

    status = 404
    type = "invalid_request_error"
    code = "file_batch_not_found"


class UnknownUpload(LecternError):
    """There is no upload {upload!r}. An upload is forgotten a day after it ended; begin it anew."""

    status = 404
    type = "invalid_request_error"
    code = "upload_not_found"


class UploadEnded(LecternError):
    """The upload {upload!r} is {status}; it takes nothing more. Begin it anew."""

    status = 400
    type = "invalid_request_error"
    code = "upload_ended"


class RangeNotSatisfiable(LecternError):
    """The file has {size} bytes; the range asked for lies behind its end."""

    status = 416
    type = "invalid_request_error"
    code = "range_not_satisfiable"

    @property
    def headers(self) -> dict[str, str]:
        """The size there is (RFC 9110, 14.4)."""
        return {"Content-Range": f"bytes */{self.facts['size']}"}


class UnknownFile(LecternError):
    """There is no file {file!r}. GET /v1/files lists those you can use."""

    status = 404
    type = "invalid_request_error"
    code = "file_not_found"


class UnknownPage(LecternError):
    """{name} has no page {page}; its last page is {pages}."""

    status = 404
    type = "invalid_request_error"
    code = "page_not_found"


class FileNotViewable(LecternError):
    """The pages cannot be shown: {detail}."""

    status = 422
    type = "invalid_request_error"
    code = "file_not_viewable"


class FileNotRead(LecternError):
    """There is no text of {name} yet: it was not read, or could not be. Its standing in a vector store tells which."""

    status = 409
    type = "invalid_request_error"
    code = "file_not_read"


class ViewersBusy(LecternError):
    """Lectern is showing as many pages as it can. Try again in {retry_after} seconds."""

    status = 429
    type = "rate_limit_error"
    code = "viewers_busy"


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


class DuplicateName(LecternError):
    """There is a {noun} named {name!r} already. Choose another name."""

    status = 409
    type = "invalid_request_error"
    code = "duplicate_name"
