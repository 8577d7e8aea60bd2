"""Requests that fit the document and requests that do not, of every operation; what is wrong with the answers."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.serving import Serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ANSWER_SECONDS = 60


@dataclass
class Findings:
    """What came of a campaign: cases by operation, answers by status, and what was wrong, by operation."""

    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    by_operation: dict[str, Counter[int]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


class Known:
    """Things there are, so that requests do not all end at what there is not. What was deleted is made anew."""

    def __init__(self, lectern: Serving) -> None:
        self._http = lectern.http()
        self._ids = {"name": "extractive", "subject": "user:fuzz"}

    def of(self, path: str) -> dict[str, str]:
        """Values for those parameters of this path that can name something."""
        wanted = set(re.findall(r"{(\w+)(?::\w+)?}", path))
        return {name: self.id(name) for name in sorted(wanted & (set(_MADE) | {"name", "subject", "file_id"}))}

    def id(self, name: str) -> str:
        """The id of something of this kind that is there."""
        known = self._ids.get(name)
        if name in {"name", "subject"}:
            return str(known)
        path, body = ("/v1/files", None) if name == "file_id" else _MADE[name]
        path = path.replace("{store_id}", self._ids.get("store_id", ""))
        if known is None or (name not in {"key_id", "member_id"} and self._http.get(f"{path}/{known}").is_error):
            self._ids[name] = self._make(path, body)
        return self._ids[name]

    def _make(self, path: str, body: dict[str, Any] | None) -> str:
        if body is None:
            file = ("note.md", b"# Cantina\n\nThe cantina opens at 11:45.\n")
            made = self._http.post(path, files={"file": file}, data={"purpose": "assistants"})
        else:
            filled = {name: self._filled(value) for name, value in body.items()}
            made = self._http.post(path, json=filled)
        return str(made.raise_for_status().json()["id"])

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        return self.id(value[1:]) if isinstance(value, str) and value.startswith("$") else value

    def named(self, case: Case[Any]) -> Case[Any]:
        """The case with fields of its body that name something naming what is there."""
        if isinstance(case.body, dict):
            for field_name, value in _FIELDS.items():
                if field_name in case.body:
                    case.body[field_name] = self._filled(value)
        return case


_MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "store_id": ("/v1/vector_stores", {"name": "fuzz", "file_ids": ["$file_id"]}),
    "key_id": ("/v1/api_keys", {"name": "fuzz"}),
    "user_id": ("/v1/users", {"name": "fuzz"}),
    "group_id": ("/v1/groups", {"name": "fuzz"}),
    "upload_id": (
        "/v1/uploads",
        {"bytes": 10, "filename": "a.txt", "mime_type": "text/plain", "purpose": "assistants"},
    ),
    "eval_id": ("/v1/evals", {"vector_store_id": "$store_id", "name": "fuzz"}),
    "response_id": ("/v1/responses", {"model": "extractive", "input": "When does the cantina open?"}),
    "batch_id": ("/v1/vector_stores/{store_id}/file_batches", {"file_ids": ["$file_id"]}),
}
_FIELDS: dict[str, Any] = {
    "model": "extractive",
    "file_id": "$file_id",
    "file_ids": ["$file_id"],
    "vector_store_id": "$store_id",
    "input_file_id": "$file_id",
    "user_id": "$user_id",
}


def campaign(lectern: Serving, cases: int, seed: int, only: str = "") -> Findings:
    """About so many cases of each operation whose name holds `only`."""
    findings, known = Findings(), Known(lectern)
    headers = {"Authorization": f"Bearer {lectern.key}"}
    document = httpx.get(f"{lectern.url}/openapi.json", timeout=ANSWER_SECONDS).json()
    for methods in document["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)  # else most of the wrong cases are wrong keys
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=lectern.url)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if only in operation.label:
            _run(operation.label, _cases(operation, known), cases, seed, headers, findings)
    return findings


def _cases(operation: Any, known: Known) -> st.SearchStrategy[Case[Any]]:
    """Cases that fit, cases that fit and name things there are, and cases that do not fit."""
    there = st.builds(known.of, st.just(operation.path))
    return st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE),
        there.flatmap(lambda ids: operation.as_strategy(path_parameters=ids or None)).map(known.named),
        there.flatmap(lambda ids: operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=ids or None)),
    )


def _run(
    label: str,
    strategy: st.SearchStrategy[Case[Any]],
    cases: int,
    seed: int,
    headers: dict[str, str],
    findings: Findings,
) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @hypothesis.given(case=strategy)
    def answered(case: Case[Any]) -> None:
        findings.cases[label] += 1
        response = case.call(headers=headers, timeout=ANSWER_SECONDS)
        findings.statuses[response.status_code] += 1
        findings.by_operation.setdefault(label, Counter())[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            findings.wrong.setdefault(label, f"{failure}\n{case.as_curl_command()[:2000]}\n{response.text[:1000]}")

    try:
        answered()
    except HypothesisException as error:  # an operation without anything that could be wrong has no wrong cases
        if not isinstance(error, hypothesis.errors.Unsatisfiable):
            raise
