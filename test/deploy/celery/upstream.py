"""Canvases of Celery's own integration tests, by the number of the test there, in words of our own: sends all, and
prints where Celery reads something else than it should, as JSON."""

import json
import sys
import time
import uuid
from itertools import count as numbers

from app import app, declared
from celery import chain, chord, group
from celery.result import ResultSet

TIMEOUT = 20
RUN = uuid.uuid4().hex

add, tsum, identity, fail, xsum, retry, sleeping, count, counted = map(
    declared, ("join", "tsum", "identity", "expected", "xsum", "retry", "sleeping", "count", "counted")
)
read_stamps = declared("stamps")
add_replaced, add_to_all, replace_with_chain, replace_with_failure, fail_replaced, retry_once = map(
    declared,
    ("join_replaced", "join_to_all", "replace_with_chain", "replace_with_failure", "expected_replaced", "retry_once"),
)
one = add.s(1)
keys = numbers()


class Fails:
    """The error that a canvas ends with: the task's own, or Celery's report of a chord."""

    def __init__(self, *names):
        self.names = names or ("ExpectedError",)

    def __eq__(self, other):
        return isinstance(other, Exception) and type(other).__name__ in self.names

    def __repr__(self):
        return f"an error of {self.names}"


CHORD = Fails("ExpectedError", "ChordError")


class Counter:
    """A callback that counts its calls, and how many there should be."""

    def __init__(self, times):
        self.key = f"{RUN}-{next(keys)}"
        self.times = times
        self.sig = count.si(self.key)

    def problem(self):
        seen = self.read()
        for _ in range(20):
            if seen >= self.times:
                break
            time.sleep(0.3)
            seen = self.read()
        return None if seen == self.times else f"called {seen} times, not {self.times}"

    def read(self):
        return counted.delay(self.key).get(timeout=TIMEOUT, interval=0.1)


CASES = []


def case(number, canvas, expected, *counters, **options):
    CASES.append((number, canvas, expected, counters, options))


def linked(canvas, *counters):
    for counter in counters:
        canvas.link(counter.sig)
    return canvas


def guarded(canvas, *counters):
    for counter in counters:
        canvas.link_error(counter.sig)
    return canvas


def pair(sig):
    return group(sig, sig.clone())


def failing_chain():
    return chain(identity.si(42), fail.si(), identity.si(42))


def mixed():
    return group(*[identity.si(42) for _ in range(4)], *[fail.si() for _ in range(6)])



case(4, fail.s("test").on_error(retry_once.si()), Fails())
case(6, app.signature("proj.expected", args=("test",)).on_error(app.signature("proj.identity")), Fails())
case(8, chain(add.s(3, 4)), 7)
case(12, chain(add.s(1, 2), fail.si(), add.si(3, 4)), Fails())
case(16, group(identity.si(1), identity.si(2), chain(identity.si(5), group(identity.si(3), identity.si(4)))), [1, 2, [3, 4]])
case(20, chain(group(add.s(1, 2), add.s(3, 4)), tsum.s()).on_error(identity.s()), 10, countdown=1)
case(22, chain(add.si(1, 0), pair(one), pair(tsum.s()), tsum.s()), 8)
case(24, chain(add.si(1, 0), pair(one), tsum.s(), one, chord(pair(one), tsum.s())), 12)
case(
    26,
    chain(
        chord([add.si(1, 0)] * 3, tsum.s()),
        *[chord([one] * 3, tsum.s()) for _ in range(7)],
        chord([add.s(0)] * 3, tsum.s()),
    ),
    29520,
)
case(28, chain(pair(add.s(1, 1)), tsum.s(), one, pair(one)), [6, 6])
case(30, chain(pair(add.s(1, 1)), tsum.s(), one, one, one, pair(one)), [8, 8])
case(32, chain(identity.s(42), pair(identity.s()), identity.s()), [42, 42])
inner, outer = Counter(1), Counter(1)
case(34, chain(identity.s("Hello "), replace_with_chain.s(told=inner.key), add.s("world")), "Hello world", inner)
inner = Counter(1)
case(36, linked(chain(identity.s("Hello "), replace_with_chain.s(told=inner.key), add.s("world")), outer), "Hello world", inner, outer)
inner, outer = Counter(1), Counter(1)
case(38, guarded(chain(identity.s("Hello "), replace_with_failure.s(told=inner.key), add.s("world")), outer), Fails("ValueError"), inner, outer)
each = Counter(12)
case(40, chain(*[linked(identity.si(1337), each) for _ in range(12)]), 1337, each)
after = Counter(1)
case(42, linked(chain(add_replaced.si(42, 1337), identity.s()), after), 1379, after)
moved = Counter(1)
case(44, chain(linked(add_replaced.si(42, 1337), moved), identity.s()), 1379, moved)
case(46, replace_with_chain.si(42), 42)
case(48, chain(identity.s(42), replace_with_chain.s(), identity.s()), 42)
middle = chain(tsum.s(), group(add.s(8), add.s(16)), tsum.s() | add.s(32))
case(56, chord([add.s(0, 1)], chord([tsum.s(), tsum.s()], middle)), 60)
case(58, lambda: ResultSet([add.delay(1, 1), add.delay(2, 2)]), [2, 4])
case(64, group(add.si(1, 10), group(add.si(1, 100), group(add.si(1, 1000), add.si(1, 2000)))), [11, 101, 1001, 2001])
case(66, pair(identity.s(42)), [42, 42])
case(68, group(chord([identity.si(42)], identity.s())), [[42]])
case(70, group(chord(group([identity.si(1337)] * 12), identity.s())), [[1337] * 12])
case(
    72,
    group(
        chord(
            [
                identity.si(42),
                chain(*[identity.si(42)] * 6),
                group([identity.si(42)] * 6),
                chord([identity.si(42)] * 6, identity.si(1337)),
            ],
            identity.s(),
        )
    ),
    [[42] * 8 + [1337]],
)
first = Counter(1)
case(74, linked(pair(identity.si(42)), first), [42, 42], first)
last = Counter(1)
case(76, guarded(group(identity.si(42), fail.s()), last), Fails(), last)
several = Counter(6)
case(78, guarded(mixed(), several), Fails(), several)
own = Counter(8)
case(80, group(*[guarded(fail.si(), own) for _ in range(8)]), Fails(), own)
replaced = Counter(1)
case(82, guarded(group(add_replaced.si(42, 1337), fail.s()), replaced), Fails(), replaced)
child = Counter(1)
case(84, group(guarded(fail_replaced.si(), child), identity.si(42)), Fails(), child)
case(86, group(identity.s(42), replace_with_chain.s(1337), identity.s(31337)), [42, 1337, 31337])
case(88, group(*[add_to_all.s([2, 1], 1), add_to_all.s([4, 3], 1)] * 5), [[3, 2], [5, 4]] * 5)
case(90, chord((identity.si(i) for i in range(10)), identity.s()), list(range(10)))
case(
    92,
    chord(
        [
            chord([add.s(1, 2), add_replaced.s(3, 4)], add_to_all.s(5)) | tsum.s(),
            chord([add_replaced.s(6, 7), add.s(0, 0)], add_to_all.s(8)) | tsum.s(),
        ],
        add_to_all.s(9),
    ),
    [29, 38],
)
case(96, add.s(2, 2) | group(add.s(i) for i in range(4)) | add_to_all.s(8), [12, 13, 14, 15])
case(98, group(add.s(i) for i in range(4)) | add_to_all.s(8), [13, 14, 15, 16], args=(4,), kwargs={"z": 1})
case(100, chord([add.s(2, 5)], add_to_all.s(9)), [16])
case(
    102,
    chord(
        [chord([add.s(1, 2), add.s(3, 4)], add.s([5])), chord([add.s(6, 7)], add.s([10]))],
        add_to_all.s(["A"]),
    ),
    [[3, 7, 5, "A"], [13, 10, "A"]],
)
member = chain(add.si(1, 2), chord(pair(add.si(1, 2)), add.si(1, 2)))
case(108, chord(group(member, member.clone()), add.si(2, 2)), 4)
case(112, group(identity.si(i) for i in range(120)) | tsum.s(), 7140)
case(116, chord(pair(identity.s(42)), identity.s()), [42, 42])
case(120, chord([fail.s()], identity.s()), CHORD)
case(120.1, chord([identity.si(42)], fail.s()), Fails())
header, body = Counter(1), Counter(1)
case(124, guarded(chord([failing_chain()], identity.s()), header), CHORD, header)
case(124.1, guarded(chord([identity.si(42)], failing_chain()), body), Fails(), body)
case(126, chord([chain(identity.si(42), fail.si())], identity.s()), CHORD)
case(126.1, chord([identity.si(42)], chain(identity.si(42), fail.si())), Fails())
once = Counter(1)
case(130, guarded(chord(group(identity.si(42), fail.si()), identity.s()), once), CHORD, once)
once, all_of = Counter(1), Counter(6)
case(132, guarded(chord(mixed(), identity.s()), once), CHORD, once)
case(132.1, guarded(chord([identity.si(42)], mixed()), all_of), Fails(), all_of)
case(136, chord([replace_with_chain.si(42), identity.s(1337)], identity.s()), [42, 1337])
case(138, chord([identity.s(42), replace_with_chain.s(1337)], identity.s()), [42, 1337])
case(140, chord([identity.s(42)], chain(replace_with_chain.s(), identity.s())), [42])
case(142, chord([identity.s(42)], chain(identity.s(), replace_with_chain.s())), [42])
failing = [add.si(15, 7), fail.si()]
case(148, chain(group(*failing), add.si(9, 7)), CHORD)
case(148.1, chain(group(*failing), chain(add.si(9, 7), add.si(5, 7))), CHORD)
case(148.2, chain(group(*failing), chord([add.si(1, 1), add.si(2, 2)], add.si(10, 10))), CHORD)
case(150, chain(group(identity.si(1), chain(fail.si(), pair(identity.si(2)), identity.si(4))), identity.s()), CHORD)
def stamped(canvas, **stamps):
    canvas.stamp(**stamps)
    return canvas


case(162, stamped(chain(add.s(1, 2), group(read_stamps.si(), read_stamps.si())), team=42), [{"team": 42}, {"team": 42}])
case(164, stamped(read_stamps.si(), team="red", shops=["a", "b"]), {"team": "red", "shops": ["a", "b"]})
case("T12", add.s(1, 1), Fails("TaskRevokedError"), countdown=2, expires=1)
case("T14", fail.s(), Fails())
case("T20", retry.s(), Fails())
case("T20.1", retry.s("bar"), "bar")
case("T24", retry_once.s(), 1)
case("T34", sleeping.s(20), Fails("TimeLimitExceeded"), time_limit=1)
case("T34.1", sleeping.s(20), "warned", time_limit=10, soft_time_limit=1)


def outcome(result):
    try:
        return result.get(timeout=TIMEOUT, interval=0.1)
    except Exception as error:  # the class is what is tested
        return error


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    chosen = [one for one in CASES if not wanted or str(one[0]) in wanted]
    sent = [
        (number, canvas() if not hasattr(canvas, "apply_async") else canvas.apply_async(**options), expected, counters)
        for number, canvas, expected, counters, options in chosen
    ]
    wrong = []
    for number, result, expected, counters in sent:
        got = outcome(result)
        if not expected == got:
            wrong.append({"test": number, "expected": repr(expected), "got": repr(got)})
        problems = [counter.problem() for counter in counters]
        wrong += [{"test": number, "callback": problem} for problem in problems if problem is not None]
    json.dump({"tests": len({str(number).split(".")[0] for number, *_ in sent}), "wrong": wrong}, sys.stdout)
