"""Celery on Redis: runs workloads as stdin says, one JSON line each, on a worker with two processes, and answers with their times."""

import json
import subprocess
import sys
import time

from celery import chain, chord, group
from celery_tasks import add, app, tsum

TIMEOUT = 300


def delays(n):
    results = [add.delay(i, i) for i in range(n)]
    return [result.get(timeout=TIMEOUT) for result in results]


def members(n):
    return group(add.s(i, i) for i in range(n)).delay().get(timeout=TIMEOUT)


def join(n):
    return chord([add.s(i, i) for i in range(n)], tsum.s()).delay().get(timeout=TIMEOUT)


def steps(n):
    return chain(add.s(0, 1), *[add.s(1) for _ in range(n - 1)]).delay().get(timeout=TIMEOUT)


WORKLOADS = {
    "delays": (delays, lambda n: [i + i for i in range(n)]),
    "group": (members, lambda n: [i + i for i in range(n)]),
    "chord": (join, lambda n: n * (n - 1)),
    "chain": (steps, lambda n: n),
}


def say(answer):
    print(json.dumps(answer), flush=True)


def run(name, n):
    work, expected = WORKLOADS[name]
    started = time.perf_counter()
    value = work(n)
    ms = (time.perf_counter() - started) * 1000
    return {"ms": ms} if value == expected(n) else {"error": f"a wrong answer: {str(value)[:100]}"}


options = ["--concurrency", "2", "--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
worker = subprocess.Popen([sys.executable, "-m", "celery", "-A", "celery_tasks", "worker", *options], stdout=sys.stderr)
try:
    add.delay(1, 1).get(timeout=60)
    say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        say(run(asked["workload"], asked["n"]))
finally:
    app.control.shutdown()
    try:
        worker.wait(timeout=10)
    except subprocess.TimeoutExpired:
        worker.kill()
