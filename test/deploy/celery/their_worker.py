"""A Celery worker in Python that runs tasks for Lambda functions: `celery -A their_worker worker -Q theirs`."""

import os

from celery import Celery
from celery.exceptions import Ignore

region = os.environ.get("AWS_REGION", "us-east-1")
app = Celery("theirs", broker="sqs://", backend=f"dynamodb://@{region}/celery")
app.conf.update(
    task_default_queue="theirs",
    broker_transport_options={
        "region": region,
        "wait_time_seconds": 1,
        "polling_interval": 0.1,
        # The messages of a killed worker come back after so many seconds.
        "visibility_timeout": 3,
    },
    task_serializer="json",
)


@app.task(name="their.add")
def add(x, y):
    return x + y


@app.task(name="their.tsum")
def tsum(numbers):
    return sum(numbers)


@app.task(name="their.echo")
def echo(*args, **kwargs):
    return [list(args), kwargs]


@app.task(name="their.fail")
def fail(order):
    raise LookupError("no such order", order)


@app.task(name="their.retry", bind=True, max_retries=2)
def retry(self, n):
    if self.request.retries == 0:
        raise self.retry(countdown=0)
    return n + self.request.retries


def die_once(marker):
    """Kills the worker that runs this first. SQS may bring the message again, though Celery has acknowledged it."""
    if not os.path.exists(marker):
        open(marker, "w").close()
        os._exit(1)


@app.task(name="their.death")
def death(marker):
    die_once(marker)
    raise Ignore()


@app.task(name="their.second_life", acks_late=True)
def second_life(marker):
    die_once(marker)
    return "lived"
