"""Sends random canvases, and compares what Celery reads of each with what it must be. Prints the differences as JSON."""

import json
import random
import sys

from app import add, fail, flaky, swap, tsum
from celery import chain, chord, group

TIMEOUT = 60
FAILED = "failed"


def total(values):
    return FAILED if FAILED in values else sum(values)


class Maker:
    """Makes signatures of one number, each with the number that it comes to. `given` is the number that it is called with."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self, given=None, depth=0):
        kinds = [self.task, self.task, self.task, self.chain, self.chord, self.chain_of_groups]
        return self.random.choice(kinds if depth < 3 else [self.task])(given, depth)

    def task(self, given, _depth):
        n = self.random.randrange(10)
        dice = self.random.random()
        if dice < 0.04:
            return fail.si(), FAILED
        if given is None:
            kinds = [(add.s(n, 1), n + 1), (flaky.s(n), n), (swap.s(n), n + 100), (tsum.s([n] * 3), 3 * n)]
            return self.random.choice(kinds)
        if dice < 0.2:
            return add.si(n, n), 2 * n
        if dice < 0.3:
            return (flaky.s(), given) if dice < 0.25 else (swap.s(), given + 100)
        return add.s(n), given + n

    def chain(self, given, depth):
        steps = []
        value = given
        for _ in range(self.random.randrange(2, 5)):
            step, after = self.number(None if value == FAILED else value, depth + 1)
            value = FAILED if value == FAILED else after
            steps.append(step)
        return chain(*steps), value

    def members(self, given, depth, least=1):
        made = [self.number(given, depth + 1) for _ in range(self.random.randrange(least, 5))]
        return [sig for sig, _ in made], total([value for _, value in made])

    def chord(self, given, depth):
        header, value = self.members(given, depth)
        if self.random.random() < 0.5:
            return chord(header, tsum.s()), value
        n = self.random.randrange(10)
        return chord(header, chain(tsum.s(), add.s(n))), value if value == FAILED else value + n

    def chain_of_groups(self, given, depth):
        first, value = self.number(given, depth + 1)
        # In a chain, Celery replaces a group of one by its member.
        header, after = self.members(None if value == FAILED else value, depth, least=2)
        whole = FAILED if value == FAILED else after
        return chain(first, group(*header), tsum.s()), whole


def outcome(result):
    try:
        return result.get(timeout=TIMEOUT, interval=0.2)
    except TimeoutError:
        return "timed out"
    except Exception as error:
        return FAILED if type(error).__name__ in ("TypeError", "ChordError") else repr(error)


if __name__ == "__main__":
    first, count = int(sys.argv[1]), int(sys.argv[2])
    sent = []
    for seed in range(first, first + count):
        canvas, expected = Maker(seed).number()
        sent.append((seed, canvas, expected, canvas.apply_async()))
    wrong = []
    for seed, canvas, expected, result in sent:
        got = outcome(result)
        if got != expected:
            wrong.append({"seed": seed, "canvas": repr(canvas), "expected": expected, "got": got})
    json.dump({"sent": len(sent), "wrong": wrong}, sys.stdout)
