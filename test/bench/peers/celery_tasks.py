"""The tasks of the Celery contestant; the broker's address comes as PEERS_REDIS."""

import os

from celery import Celery

app = Celery("peers", broker=os.environ["PEERS_REDIS"], backend=os.environ["PEERS_REDIS"])


@app.task
def add(x, y):
    return x + y


@app.task
def tsum(numbers):
    return sum(numbers)
