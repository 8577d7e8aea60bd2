"""The composition root: the one place that knows every adapter.

`create_app` makes the web application, `open_parts` what a command or a worker without it needs; both are built from
the same parts, which live as long as the block that opened them.
"""

from server.app.application import SAMPLE_STORE, create_app
from server.app.audit import SEALED_BY, audit_of, open_audit, operator, record_command
from server.app.database import open_accounts
from server.app.findings import engine_finding, gpu_findings, reranker_finding, store_findings
from server.app.parts import Parts, cores, open_parts, open_sources, retriever_of, sink_of, take_backup

__all__ = [
    "SAMPLE_STORE",
    "SEALED_BY",
    "Parts",
    "audit_of",
    "cores",
    "create_app",
    "engine_finding",
    "gpu_findings",
    "open_accounts",
    "open_audit",
    "open_parts",
    "open_sources",
    "operator",
    "record_command",
    "reranker_finding",
    "retriever_of",
    "sink_of",
    "store_findings",
    "take_backup",
]
