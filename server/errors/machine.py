"""What keeps Lectern from running."""

from server.errors.base import LecternError


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


class DoctorBusy(LecternError):
    """The machine is being examined already. Try again in {retry_after} seconds."""

    status = 429
    type = "rate_limit_error"
    code = "doctor_busy"


class UnknownJob(LecternError):
    """There is no job {job!r}. GET /v1/jobs lists those that the queue remembers."""

    status = 404
    type = "invalid_request_error"
    code = "job_not_found"


class JobConflict(LecternError):
    """Job {job} cannot be {verb}: {detail}. Load the list anew; it may have gone on meanwhile."""

    status = 409
    type = "invalid_request_error"
    code = "job_conflict"
