"""Processor time, which does not depend on what else the machine does."""

import psutil


def busy() -> float:
    """Seconds of processor time that this process and all it started have spent."""
    own = psutil.Process()
    spent = (process.cpu_times() for process in [own, *own.children(recursive=True)])
    return sum(times.user + times.system for times in spent)
