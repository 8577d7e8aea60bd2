"""Evaluations of vector stores: what is asked, run and kept. Questions and answers are sealed with the evaluation's
own key, which goes with it."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

import orjson

from server.errors import InvalidRequest, UnknownEval, UnknownFile, UnknownStore
from server.evals.criteria import checked
from server.evals.lines import json_lines
from server.evals.questions import StoreQuestion, store_questions
from server.evals.sight import Sight
from server.evals.summary import comparison
from server.model import Caller, Page, Role
from server.ports import Catalog, Jobs, Keys, Rights
from server.ports.evals import EvalRecord, Evals, ItemRecord, ItemStatus, RunRecord, RunStatus

EVAL: Final = "eval"
"""The kind of job that is one run."""
PURPOSE: Final = "evals"
_ALL: Final = 2**31 - 1


Opened = tuple[StoreQuestion, Mapping[str, Any]]
"""A question, and what was found and said."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with how many of its questions stand how."""

    run: RunRecord
    counts: Mapping[ItemStatus, int]


class Evaluations:
    """The evaluations of this Lectern. `open_file` opens an uploaded file."""

    def __init__(
        self,
        rows: Evals,
        catalog: Catalog,
        keys: Keys,
        jobs: Jobs,
        rights: Rights,
        open_file: Callable[[str], BinaryIO],
    ) -> None:
        self.rows = rows
        self._rights = rights
        self._catalog = catalog
        self._keys = keys
        self._jobs = jobs
        self._open_file = open_file

    def create(
        self, name: str, store_id: str, criteria: Sequence[Mapping[str, Any]], metadata: Mapping[str, str]
    ) -> EvalRecord:
        """A new evaluation of a store. Raises UnknownStore, InvalidRequest."""
        record = EvalRecord(
            f"eval_{uuid.uuid4().hex}", name, store_id, int(time.time()), checked(criteria), dict(metadata)
        )
        self._catalog.store(store_id)
        self._keys.create(record.id)
        try:
            self.rows.add(record)
        except BaseException:
            self._keys.destroy(record.id)
            raise
        return record

    def of(self, eval_id: str, caller: Caller, needed: Role) -> EvalRecord:
        """An evaluation in whose store the caller has this role. Raises UnknownEval, Forbidden."""
        record = self.rows.get(eval_id)
        try:
            self._rights.in_store(caller, record.store_id, needed)
        except UnknownStore:
            raise UnknownEval(eval=eval_id) from None
        return record

    def delete(self, eval_id: str) -> None:
        """Removes the evaluation, its runs and all that was asked and answered. Raises UnknownEval."""
        self.rows.get(eval_id)
        for run in self.rows.runs(eval_id, Page(_ALL, "asc")):
            self._jobs.cancel(EVAL, run.id)
        self.rows.remove(eval_id)
        self._keys.destroy(eval_id)

    def start(self, run: RunRecord, rows: Sequence[Mapping[str, Any]], caller: Caller) -> RunView:
        """Begins a run with the questions of the file it names, else with `rows`; a job asks them.

        Raises:
            UnknownEval, UnknownFile: there is no such evaluation or file.
            InvalidRequest: the questions cannot be used; names the line.
        """
        record = self.rows.get(run.eval_id)
        if run.file_id:
            self._rights.of_files(caller, [run.file_id], Role.READER, param="data_source")
        questions = self._of_file(run.file_id) if run.file_id else store_questions(_numbered(rows))
        if not questions:
            raise InvalidRequest(detail="there is no question", param="data_source")
        secret = self._keys.secret("questions of evaluations")
        items = []
        for number, question in enumerate(questions):
            item = ItemRecord(run.id, number, question.key(secret), "")
            items.append(replace(item, question=self._keys.seal_text(record.id, question.as_json(), item.id)))
        self.rows.add_run(run, items)
        self._jobs.add(EVAL, run.id, {})
        return self.view(record.id, run.id, caller)

    def view(self, eval_id: str, run_id: str, caller: Caller) -> RunView:
        """A run, and how far it is. Raises UnknownEval."""
        return self._view(self._run(eval_id, run_id), caller)

    def views(self, eval_id: str, page: Page, caller: Caller) -> list[RunView]:
        """A page of an evaluation's runs. Raises UnknownEval, InvalidRequest."""
        self.rows.get(eval_id)
        return [self._view(run, caller) for run in self.rows.runs(eval_id, page)]

    def _view(self, run: RunRecord, caller: Caller) -> RunView:
        if run.file_id is not None:
            try:
                self._rights.of_file(caller, run.file_id, Role.READER)
            except UnknownFile:
                run = replace(run, file_id=None)
        return RunView(run, self._counts(run.id))

    def cancel(self, eval_id: str, run_id: str, caller: Caller) -> RunView:
        """Ends a run; what was asked stays. Raises UnknownEval."""
        run = self._run(eval_id, run_id)
        if not run.status.ended:
            self.rows.change_run(replace(run, status=RunStatus.CANCELED, ended_at=int(time.time())))
            self._jobs.cancel(EVAL, run_id)
        return self.view(eval_id, run_id, caller)

    def delete_run(self, eval_id: str, run_id: str) -> None:
        """Removes a run and what was asked in it. Raises UnknownEval."""
        self._run(eval_id, run_id)
        self._jobs.cancel(EVAL, run_id)
        self.rows.remove_run(run_id)

    def items(
        self, record: EvalRecord, run_id: str, status: str | None, page: Page, caller: Caller
    ) -> list[tuple[ItemRecord, Opened]]:
        """A page of what became of a run's questions, as far as the caller may read all files behind it. Raises
        UnknownEval, InvalidRequest."""
        self._run(record.id, run_id)
        after = None if page.after is None else str(_number(run_id, page.after, "after"))
        before = None if page.before is None else str(_number(run_id, page.before, "before"))
        looked = replace(page, after=after, before=before)
        sight, shown = self._sight(record, caller), list[tuple[ItemRecord, Opened]]()
        while len(shown) < page.limit:
            found = self.rows.items(run_id, status, looked)
            opened = [(item, self.opened(record.id, item)) for item in found]
            covered = [(item, told) for item, told in opened if sight.covers(*told)]
            shown = covered + shown if page.backwards else shown + covered
            if len(found) < page.limit:
                break
            last = str(found[0 if page.backwards else -1].number)
            looked = replace(looked, before=last) if page.backwards else replace(looked, after=last)
        return shown[-page.limit :] if page.backwards else shown[: page.limit]

    def item(self, record: EvalRecord, run_id: str, item_id: str, caller: Caller) -> tuple[ItemRecord, Opened]:
        """What became of one question. Raises UnknownEval, also where the caller may not read a file behind it."""
        self._run(record.id, run_id)
        try:
            number = _number(run_id, item_id, "item_id")
        except InvalidRequest:
            raise UnknownEval(eval=item_id) from None
        found = self.rows.items(run_id, None, Page(1, "asc", str(number - 1)))
        if not found or found[0].id != item_id:
            raise UnknownEval(eval=item_id)
        opened = self.opened(record.id, found[0])
        if not self._sight(record, caller).covers(*opened):
            raise UnknownEval(eval=item_id)
        return found[0], opened

    def _sight(self, record: EvalRecord, caller: Caller) -> Sight:
        if caller.unlimited:
            return Sight(None)
        held = [entry.file_id for entry in self._catalog.all_store_files(record.store_id)]
        readable = self._rights.readable(caller, record.store_id)
        files = self._catalog.files_by_id([one for one in held if readable is None or one in readable])
        return Sight({file.id: file.filename for file in files.values()})

    def opened(self, eval_id: str, item: ItemRecord) -> Opened:
        """The question, and what was found and said. Raises DamagedSeal."""
        question = StoreQuestion.from_json(self._keys.open_text(eval_id, item.question, item.id))
        if item.outcome is None:
            return question, {}
        told: dict[str, Any] = orjson.loads(self._keys.open_text(eval_id, item.outcome, f"{item.id} outcome"))
        return question, told

    def sealed(self, eval_id: str, item: ItemRecord, told: Mapping[str, Any]) -> str:
        """What was found and said, as it is kept."""
        return self._keys.seal_text(eval_id, orjson.dumps(dict(told)).decode(), f"{item.id} outcome")

    def compared(self, eval_id: str, run_id: str, other_id: str) -> dict[str, Any]:
        """What a run has over another of the same evaluation. Raises UnknownEval, InvalidRequest."""
        both = [self._run(eval_id, one) for one in (run_id, other_id)]
        if any(run.status != RunStatus.COMPLETED for run in both):
            raise InvalidRequest(detail="only runs that are completed can be compared", param="against")
        ours, theirs = (
            {item.key: item.marks for item in self.rows.marks(run.id) if item.status != ItemStatus.ERROR}
            for run in both
        )
        return {"run_id": other_id, **comparison(ours, theirs)}

    def _run(self, eval_id: str, run_id: str) -> RunRecord:
        run = self.rows.run(run_id)
        if run.eval_id != eval_id:
            raise UnknownEval(eval=run_id)
        return run

    def _counts(self, run_id: str) -> dict[ItemStatus, int]:
        return dict.fromkeys(ItemStatus, 0) | self.rows.counts(run_id)

    def _of_file(self, file_id: str) -> list[StoreQuestion]:
        file = self._catalog.file(file_id)
        if file.purpose != PURPOSE:
            detail = f"{file.filename} was uploaded with the purpose {file.purpose!r}; upload it with {PURPOSE!r}"
            raise InvalidRequest(detail=detail, param="data_source")
        with self._open_file(file_id) as stream:
            return store_questions(json_lines(stream, file.filename))


def _numbered(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"content[{number}]", row) for number, row in enumerate(rows)]


def _number(run_id: str, item_id: str, param: str) -> int:
    number = item_id.removeprefix(ItemRecord(run_id, 0, "", "").id.removesuffix("0"))
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise InvalidRequest(param=param, detail=f"there is nothing with the id {item_id!r} to go on {param}")
    return int(number)
