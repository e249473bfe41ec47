"""A Celery application whose tasks are run by Lambda functions."""

import os
from functools import cache

from celery import Celery

queue = os.environ["CHORDAL_QUEUE_PREFIX"] + "proj"
region = os.environ.get("AWS_REGION", "us-east-1")
app = Celery("proj", broker="sqs://", backend=f"dynamodb://@{region}/celery")
app.conf.update(
    task_default_queue=queue,
    broker_transport_options={"region": region, "wait_time_seconds": 1},
    task_serializer="json",
)


@cache
def declared(name):
    """A task that only the functions have: Python knows its name."""

    def elsewhere(*args, **kwargs):
        raise NotImplementedError(f"{name} runs on Lambda")

    return app.task(elsewhere, name=f"proj.{name}")


add, tsum, echo, greet, fail, flaky, swap = map(
    declared, ("add", "tsum", "echo", "greet", "fail", "flaky", "swap")
)
