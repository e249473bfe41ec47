import json

import boto3

functions = boto3.client("lambda")


def call(name, payload):
    answer = functions.invoke(FunctionName=f"chordal-dev-{name}", Payload=json.dumps(payload))
    return json.load(answer["Payload"])


# The output of Celery's json.dumps(signature) is a canvas, too.
steps = [{"task": "add", "args": [1, 2]}, {"task": "add", "args": [3]}]
submitted = call("submit", {"canvas": {"task": "celery.chain", "kwargs": {"tasks": steps}}})
print(json.dumps(call("result", {"taskId": submitted["taskId"], "wait": 20})))  # "state": "SUCCESS", "value": 6
