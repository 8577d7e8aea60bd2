"""OpenAI's shapes of evaluations (https://platform.openai.com/docs/api-reference/evals), and fields of our own."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.bodies import Metadata
from server.evals.criteria import results
from server.evals.evaluations import RunView
from server.evals.questions import StoreQuestion
from server.ports.evals import EvalRecord, ItemRecord, ItemStatus

Name = Annotated[str, Field(max_length=256)]
_STATUS: Final = {"pass": ItemStatus.PASSED, "fail": ItemStatus.FAILED, "error": ItemStatus.ERROR}
_ITEM_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "answers": {"type": "array", "items": {"type": "string"}},
        "file_id": {"type": "string"},
        "filename": {"type": "string"},
        "page": {"type": "integer"},
        "answerable": {"type": "boolean"},
        "checked": {"type": "boolean"},
    },
    "required": ["question"],
}


class DataSourceConfig(BaseModel):
    """What the questions look like; Lectern's own schema counts, whatever is sent."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["custom"] = "custom"


class CreateEval(BaseModel):
    """Body of POST /v1/evals."""

    model_config = ConfigDict(extra="ignore")

    vector_store_id: str
    name: Name | None = None
    data_source_config: DataSourceConfig = DataSourceConfig()
    testing_criteria: list[dict[str, Any]] = Field(default_factory=list, max_length=16)
    metadata: Metadata | None = None


class UpdateEval(BaseModel):
    """Body of POST /v1/evals/{eval_id}."""

    model_config = ConfigDict(extra="ignore")

    name: Name | None = None
    metadata: Metadata | None = None


class FileSource(BaseModel):
    """Questions in an uploaded file of the purpose "evals"."""

    type: Literal["file_id"]
    id: str


class ContentSource(BaseModel):
    """Questions in the request itself."""

    type: Literal["file_content"]
    content: list[dict[str, Any]] = Field(min_length=1)


class DataSource(BaseModel):
    """Where the questions are; `completions`: the model answers them, `jsonl`: they are only searched for."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["jsonl", "completions"] = "jsonl"
    source: FileSource | ContentSource = Field(discriminator="type")
    model: str | None = None


class CreateRun(BaseModel):
    """Body of POST /v1/evals/{eval_id}/runs."""

    model_config = ConfigDict(extra="ignore")

    data_source: DataSource
    name: Name | None = None
    answers: bool = False
    model: str | None = None
    metadata: Metadata | None = None

    @property
    def answered(self) -> bool:
        """Whether a model is to answer."""
        return self.answers or self.data_source.type == "completions"


def status_of(name: str) -> str:
    """The status of items that is meant."""
    return str(_STATUS[name])


def eval_object(record: EvalRecord) -> dict[str, Any]:
    """OpenAI's eval object."""
    return {
        "id": record.id,
        "object": "eval",
        "created_at": record.created_at,
        "name": record.name,
        "vector_store_id": record.store_id,
        "data_source_config": {"type": "custom", "schema": {"type": "object", "properties": {"item": _ITEM_SCHEMA}}},
        "testing_criteria": [dict(one) for one in record.criteria],
        "metadata": dict(record.metadata),
    }


def run_object(view: RunView, compared: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """OpenAI's run object; `figures` are those of a run that is completed, `against` what it has over another."""
    run, counts = view.run, view.counts
    source = {"type": "file_id", "id": run.file_id} if run.file_id else {"type": "file_content", "content": []}
    told = {
        "id": run.id,
        "object": "eval.run",
        "eval_id": run.eval_id,
        "created_at": run.created_at,
        "ended_at": run.ended_at,
        "name": run.name,
        "status": run.status,
        "model": run.model or "",
        "report_url": "",
        "data_source": {"type": "completions" if run.model else "jsonl", "source": source},
        "result_counts": {
            "total": sum(counts.values()),
            "passed": counts[ItemStatus.PASSED],
            "failed": counts[ItemStatus.FAILED],
            "errored": counts[ItemStatus.ERROR],
        },
        "per_model_usage": [],
        "per_testing_criteria_results": [],
        "error": {"code": run.error_code, "message": run.error_message} if run.error_code else None,
        "metadata": dict(run.metadata),
        "figures": dict(run.figures) or None,
    }
    return told if compared is None else told | {"against": dict(compared)}


def with_criteria(
    told: dict[str, Any], criteria: Sequence[Mapping[str, Any]], items: Sequence[ItemRecord]
) -> dict[str, Any]:
    """The run object with how many questions met each criterion."""
    passed = {one["name"]: 0 for one in criteria}
    failed = dict(passed)
    for item in items:
        for one in results(criteria, item.marks) if item.marks else []:
            (passed if one["passed"] else failed)[one["name"]] += 1
    return told | {
        "per_testing_criteria_results": [
            {"testing_criteria": name, "passed": passed[name], "failed": failed[name]} for name in passed
        ]
    }


def item_object(
    record: EvalRecord, item: ItemRecord, opened: tuple[StoreQuestion, Mapping[str, Any]]
) -> dict[str, Any]:
    """OpenAI's output item: the question, what it met, what was found and said."""
    question, told = opened
    asked = {name: value for name, value in _fields(question).items() if value is not None}
    return {
        "id": item.id,
        "object": "eval.run.output_item",
        "created_at": item.ended_at or 0,
        "eval_id": record.id,
        "run_id": item.run_id,
        "status": item.status,
        "datasource_item_id": item.number,
        "datasource_item": asked,
        "results": results(record.criteria, item.marks) if item.marks else [],
        "sample": {
            "input": [{"role": "user", "content": question.question}],
            "output": [{"role": "assistant", "content": told["answer"]}] if "answer" in told else [],
            "annotations": told.get("annotations", []),
            "finish_reason": told.get("finish_reason"),
            "usage": told.get("usage"),
            "error": told.get("error"),
        },
        "passages": told.get("passages", []),
        "figures": dict(item.marks),
    }


def _fields(question: StoreQuestion) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "answers": list(question.answers),
        "file_id": question.file_id,
        "filename": question.filename,
        "page": question.page,
        "answerable": question.answerable,
        "checked": question.checked,
    }
