"""Sends messages that cannot be run, and prints the result that Celery reads of each, as JSON. A message without an id is sent as it is."""

import base64
import json
import sys

import boto3
from app import add, app, queue, region
from celery import Celery, chord

TIMEOUT = 20


def failure(task_id):
    try:
        return app.AsyncResult(task_id).get(timeout=TIMEOUT, interval=0.1)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def of_protocol_1():
    other = Celery("old", broker="sqs://")
    other.conf.update(app.conf.changes, task_protocol=1)
    return other.send_task("proj.add", (1, 2)).id


def of_another_table():
    other = Celery("other", broker="sqs://")
    other.conf.update({**app.conf.changes, "result_backend": f"dynamodb://@{region}/other-results"})
    header = [other.signature("proj.add", args=(n, n)) for n in (1, 2)]
    return chord(header, other.signature("proj.tsum"), app=other).apply_async().id


def raw(bodies):
    client = boto3.client("sqs", region_name=region)
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    for body in bodies:
        client.send_message(QueueUrl=url, MessageBody=body)


if __name__ == "__main__":
    ids = {
        "pickle": add.apply_async((1, 2), serializer="pickle").id,
        "compressed": add.apply_async((1, 2), compression="zlib").id,
        "protocol 1": of_protocol_1(),
        "a chord of another result table": of_another_table(),
    }
    in_s3 = ["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3BucketName": "b", "s3Key": "k"}]
    envelope = {"headers": {"task": "proj.add", "id": "x"}, "body": "[1]", "content-type": "application/json"}
    raw(
        [
            "{not json",
            base64.b64encode(b"neither").decode(),
            json.dumps({"order": 17}),
            json.dumps(in_s3),
            base64.b64encode(json.dumps(envelope).encode()).decode(),
        ]
    )
    json.dump({name: failure(task_id) for name, task_id in ids.items()}, sys.stdout)
