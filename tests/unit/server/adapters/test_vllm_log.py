import pytest

from server.adapters.vllm_log import LogTail


def tail(*lines: str) -> LogTail:
    log = LogTail()
    for line in lines:
        log.add(line)
    return log


def test_the_last_lines_are_kept() -> None:
    assert tail(*(f"line {n}" for n in range(1000))).lines() == tuple(f"line {n}" for n in range(800, 1000))


def test_long_lines_are_cut_and_colours_and_empty_lines_dropped() -> None:
    assert tail("\x1b[31mred\x1b[0m  ", "", "   ", "x" * 10_000).lines() == ("red", "x" * 500)


@pytest.mark.parametrize(
    "line",
    [
        "args: {'api_key': ['PLAIN'], 'port': 1}",
        "Authorization: Bearer PLAIN",
        'token="PLAIN"',
        "VLLM_API_KEY=PLAIN",
        "password: PLAIN rest",
        "curl -H 'x: hf_PLAINPLAIN'",
    ],
)
def test_secrets_are_starred_by_their_form(line: str) -> None:
    shown = tail(line).lines()[0]
    assert "PLAIN" not in shown
    assert "***" in shown


def test_known_secrets_are_starred_anywhere() -> None:
    log = LogTail()
    log.hide(["s3cr3t-value", ""])
    log.add("GET /?a=s3cr3t-value!")
    assert log.lines() == ("GET /?a=***!",)


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ((), ""),
        (("leash: started", "INFO 11-23 19:00:00 [a.py:1] Loading weights"), "Loading weights"),
        (
            (
                "leash: started",
                "(Worker pid=7) ERROR 11-23 19:13:06 [core.py:7] torch.OutOfMemoryError: CUDA out of memory",
                "(EngineCore pid=7) RuntimeError: Engine core initialization failed. See root cause above.",
                "[rank0]: warning: process group was not destroyed",
            ),
            "torch.OutOfMemoryError: CUDA out of memory",
        ),
        (("leash: started", "all is well", "leash: VLLM::Worker (process 9) ended"), "VLLM::Worker (process 9) ended"),
        (("ValueError: of the run before", "leash: started", "api_server.py: error: unrecognized arguments: --x"),
         "api_server.py: error: unrecognized arguments: --x"),
        (("ValueError: of the run before", "leash: started", "going on"), "going on"),
    ],
)  # fmt: skip
def test_the_cause_is_the_last_error_of_the_last_run(lines: tuple[str, ...], cause: str) -> None:
    assert tail(*lines).cause() == cause
