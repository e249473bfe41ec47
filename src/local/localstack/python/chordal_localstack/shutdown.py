"""Ends LocalStack's process some seconds after it was told to stop: threads of its web server can block the exit."""

import os
import threading

import psutil
from localstack.runtime import hooks

GRACE_SECONDS = 3


@hooks.on_infra_shutdown()
def end_by_a_deadline() -> None:
    deadline = threading.Timer(GRACE_SECONDS, end)
    deadline.daemon = True
    deadline.start()


def end() -> None:
    """Ends the process with all that it has started: DynamoDB Local is in a session of its own, and would stay."""
    try:
        for child in psutil.Process().children(recursive=True):
            kill(child)
    finally:
        os._exit(0)


def kill(child: psutil.Process) -> None:
    try:
        child.kill()
    except psutil.Error:
        # It has ended by itself.
        pass
