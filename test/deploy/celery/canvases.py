"""Sends every kind of canvas, and prints what Celery's own result classes read of them, as JSON."""

import json
import sys

from app import add, app, echo, fail, flaky, greet, swap, tsum
from celery import chain, chord, group

TIMEOUT = 20


def value(result):
    """The value of a result, or how it has failed."""
    try:
        return result.get(timeout=TIMEOUT, interval=0.1)
    except Exception as error:  # the class is what is tested
        return {"error": type(error).__name__, "text": str(error), "state": getattr(result, "state", None)}


def first(canvas):
    return add.s(canvas, canvas)


one = add.s(1, 2)
CANVASES = {
    "task": one,
    "kwargs": greet.s("Ada", greeting="hi"),
    "values": echo.s(None, True, 1.5, "é", [1, {"a": 2}]),
    "countdown": add.s(2, 2).set(countdown=1),
    "chain": chain(one, add.s(3), add.s(4)),
    "immutable step": chain(one, add.si(5, 6)),
    "group": group(one, add.s(3, 4)),
    "chord": chord([one, add.s(3, 4)], tsum.s()),
    "chord of one": chord([one], tsum.s()),
    "chains in a chord": chord([chain(one, add.s(3)), add.s(3, 4)], chain(tsum.s(), add.s(1))),
    "chords in a chord": chord([chord([one, one], tsum.s()), add.s(3, 4)], tsum.s()),
    "a chord at the end of a chain in a chord": chord(
        [chain(one, group(add.s(1), add.s(2)), tsum.s()), one], tsum.s()
    ),
    "chord in a chain": chain(one, group(add.s(3), add.s(4)), tsum.s(), add.s(1)),
    "group after a chord": chain(chord([one], tsum.s()), group(add.s(1), add.s(2))),
    "groups in a chain": chain(group(one, one), group(echo.s(), echo.s())),
    "starmap": add.starmap([(1, 2), (3, 4)]),
    "chunks": add.chunks([(1, 2), (3, 4), (5, 6)], 2),
    "retry": flaky.s(7),
    "replacement": swap.s(7),
    "large arguments": tsum.s([1] * 20_000),
    "large chain": chain(add.s(0, 1), *[add.s(n) for n in range(60)]),
    "wide chord": chord([add.s(n, n) for n in range(150)], tsum.s()),
    "large body": chord([one, one], chain(tsum.s(), *[add.s(n) for n in range(40)])),
    "failure": fail.s(),
    "failure in a chain": chain(one, fail.si(), add.s(1)),
    "failure in a chord": chord([one, fail.s()], tsum.s()),
    "failure in a chord in a chord": chord([chord([one, fail.s()], tsum.s()), one], tsum.s()),
    "surplus argument": tsum.s(1, 2),
}


def sent(canvas):
    return canvas.apply_async()


if __name__ == "__main__":
    names = sys.argv[1:] or list(CANVASES)
    results = {name: sent(CANVASES[name]) for name in names}
    answers = {name: value(result) for name, result in results.items()}
    json.dump(answers, sys.stdout)
