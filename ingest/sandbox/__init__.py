"""Reads files in disposable child processes, so that a hostile or broken file harms nothing but its own reading.

`sandbox` is the side of the server, `reading` one file on that side. `zygote` is the one long-lived helper process: it
has the readers' libraries loaded and forks a `child` for every file, under the rules of `confinement`.
"""

from ingest.sandbox.reading import Kept, Reading
from ingest.sandbox.sandbox import Sandbox

__all__ = ["Kept", "Reading", "Sandbox"]
