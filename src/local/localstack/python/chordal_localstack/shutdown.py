"""Ends LocalStack's process some seconds after it was told to stop: threads of its web server can block the exit."""

import os
import threading

from localstack.runtime import hooks

GRACE_SECONDS = 3


@hooks.on_infra_shutdown()
def end_by_a_deadline() -> None:
    deadline = threading.Timer(GRACE_SECONDS, os._exit, args=(0,))
    deadline.daemon = True
    deadline.start()
