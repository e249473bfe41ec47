/** Every canvas of `celery/conformance.md` that is portable, under its test's name; the numbers are the rows. */
import type { GroupResult } from '../../src/core/types/results.ts';
import type { AnySignature, ResultOf } from '../../src/core/types/signature.ts';
import {
  add,
  addReplaced,
  addToAll,
  fail,
  identity,
  ids,
  log,
  mul,
  raiseError,
  record,
  recorded,
  replaceWithChain,
  retry,
  retryOnce,
  sleeping,
  tsum,
  xsum,
} from './sample-tasks.ts';
import { app, chain, chord, group, kwargs, range } from './support.ts';
import type { Expect, Same } from './support.ts';

const echo = (message: string) => record.si('echo', message);
const counter = record.si('counter', 1);
const times = <T>(count: number, item: T): T[] => range(count).map(() => item);
/** `add` given what JSON may hold, but TypeScript does not let one write. */
const addAny = (...args: unknown[]) => app.signature('add', { args });

// --- errors ---

export const testLinkError = fail.s('test').linkError(identity.s())(); // 2
export const testLinkErrorCallbackRetries = fail.s('test').linkError(retryOnce.si()); // 4
export const testLinkErrorUsingSignature = app // 6
  .signature('fail', { args: ['test'] })
  .linkError(app.signature('identity'))
  .delay();

// --- chain ---

export const testSingleChain = chain(add.s(3, 4)); // 8
export const testGroupResultsInChain = group([add.s(1, 2).pipe(group([add.s(1), add.s(2)]))]); // 10
export const testChainOnError = chain(add.s(1, 2), fail.s(), add.s(3, 4)); // 12
export const testGroupResultNotHasCache = group([
  // 16
  identity.si(1),
  identity.si(2),
  chain(identity.si(5), group([identity.si(3), identity.si(4)])),
]);
export const testParentIds = chain(...range(10).map((i) => ids.si(i))); // 18
export const testChainErrorHandlerWithEta = chain(group([add.s(1, 2), add.s(3, 4)]), tsum.s()) // 20
  .linkError(log.s())
  .applyAsync({ eta: new Date(10_000) });
export const testChainOfTaskAGroupAndAChord = add // 22
  .si(1, 0)
  .pipe(group([add.s(1), add.s(1)]))
  .pipe(group([tsum.s(), tsum.s()]))
  .pipe(tsum.s());
export const testChainOfChordsWithTwoTasks = add // 24
  .si(1, 0)
  .pipe(group([add.s(1), add.s(1)]))
  .pipe(tsum.s())
  .pipe(add.s(1))
  .pipe(chord(group([add.s(1), add.s(1)]), tsum.s()));
const chordOfThree = chord(times(3, add.s(1)), tsum.s());
export const testChainOfNineChords = chain(
  // 26
  chord([add.si(1, 0), add.si(1, 0), add.si(1, 0)], tsum.s()),
  ...times(7, chordOfThree),
  chord(times(3, add.s(0)), tsum.s()),
);
export const testChainOfAChordAndATaskAndAGroup = group([add.s(1, 1), add.s(1, 1)]) // 28
  .pipe(tsum.s())
  .pipe(add.s(1))
  .pipe(group([add.s(1), add.s(1)]));
export const testChainOfAChordAndThreeTasksAndAGroup = group([add.s(1, 1), add.s(1, 1)]) // 30
  .pipe(tsum.s())
  .pipe(add.s(1))
  .pipe(add.s(1))
  .pipe(add.s(1))
  .pipe(group([add.s(1), add.s(1)]));
export const testNestedChainGroupMid = chain(identity.s(42), group([identity.s(), identity.s()]), identity.s()); // 32
export const testChainReplacedWithAChainAndACallback = chain(
  // 34
  identity.s('Hello '),
  replaceWithChain.s(),
  addAny('world'),
);
export const testChainWithCbReplacedWithChainWithCb = testChainReplacedWithAChainAndACallback.link(log.s()); // 36
const replaceWithChainWhichRaises = app.task('replaceWithChainWhichRaises', { bind: true }, (ctx, value: unknown) =>
  ctx.replace(chain(identity.s(value), raiseError.s()).linkError(echo('inner'))),
);
export const testChainWithEbReplacedWithChainWithEb = chain(
  // 38
  identity.s('Hello '),
  replaceWithChainWhichRaises.s(),
  addAny('...'),
).linkError(echo('outer'));
export const testChainChildrenWithCallbacks = chain(...times(42, identity.si(1337).link(counter))); // 40
export const testChainWithCallbackChildReplaced = chain(addReplaced.si(42, 1337), identity.s()).link(counter); // 42
export const testChainChildWithCallbackReplaced = chain(addReplaced.si(42, 1337).link(counter), identity.s()); // 44
export const testTaskReplacedWithChain = replaceWithChain.si(42); // 46
export const testChainChildReplacedWithChainMiddle = chain(identity.s(42), replaceWithChain.s(), identity.s()); // 48
const echoGroupId = app.task('echoGroupId', { bind: true }, async (ctx, value: unknown) => {
  await ctx.ledger.append('groups', ctx.request.groupId);
  return value;
});
export const testChordHeaderIdDuplicated = chain(
  // 50
  identity.s(42),
  chord([echoGroupId.s(), identity.s()], identity.s()),
);
export const testChainingUpgradedChordsStartingWithChord = chain(
  // 52
  chord(group(['1', '2', '3'].map(echo)), group(['4', '5', '6'].map(echo))),
  group([echo('7')]),
  group([echo('8')]),
  record.si('echo', '9'),
  record.si('echo', 'Done'),
);
const addInTheMiddle = chain(tsum.s(), group([add.s(8), add.s(16)]), tsum.s().pipe(add.s(32)));
export const testGroupInCenterOfChain = chord([add.s(0, 1)], chord([tsum.s(), tsum.s()], addInTheMiddle)); // 56

// --- result sets ---

export const testResultSet = app.resultSet([await add.delay(1, 1), await add.delay(2, 2)]).get(); // 58
export const testResultSetBuiltViaAdd = app // 60
  .resultSet([])
  .add(await add.delay(1, 1))
  .add(await add.delay(2, 2));

// --- group ---

export const testEmptyGroupResult = await group([]).applyAsync(); // 62
export const testEmptyGroupResultRestored = [
  await testEmptyGroupResult.save(),
  app.groupResult(testEmptyGroupResult.taskId).results,
];
export const testNestedGroup = group([
  // 64
  add.si(1, 10),
  group([add.si(1, 100), group([add.si(1, 1000), add.si(1, 2000)])]),
]);
export const testGroupLone = group([identity.s(42), identity.s(42)]); // 66
export const testNestedGroupChordCountingSimple = group([chord([identity.si(42)], identity.s())]); // 68
export const testNestedGroupChordCountingGroup = group([chord(group(times(42, identity.si(1337))), identity.s())]); // 70
export const testNestedGroupChordCountingMixed = group([
  // 72
  chord(
    [
      identity.si(42),
      chain(...times(42, identity.si(42))),
      group(times(42, identity.si(42))),
      chord(times(42, identity.si(42)), identity.si(1337)),
    ],
    identity.s(),
  ),
]);
export const testCallbackCalledByGroup = group([identity.si(42), identity.si(1337)]).link(echo('group')); // 74
export const testErrbackCalledByGroupFailLast = group([identity.si(42), fail.s()]).linkError(echo('group')); // 76
export const testErrbackCalledByGroupFailMultiple = group([
  // 78
  ...times(24, identity.si(42)),
  ...times(42, fail.s()),
]).linkError(counter);
export const testGroupChildrenWithErrbacks = group(times(42, fail.si().linkError(counter))); // 80
export const testGroupWithErrbackChildReplaced = group([addReplaced.si(42, 1337), fail.s()]).linkError(counter); // 82
const failReplaced = app.task('failReplaced', { bind: true }, (ctx, ...args: unknown[]) =>
  ctx.replace(fail.si(...args)),
);
export const testGroupChildWithErrbackReplaced = group([failReplaced.si().linkError(counter), identity.si(42)]); // 84
export const testGroupChildReplacedWithChainMiddle = group([
  // 86
  identity.s(42),
  replaceWithChain.s(1337),
  identity.s(31337),
]);
export const testTaskReplaceWithGroupPreservesGroupOrder = times(
  // 88
  10,
  group([addToAll.s([2, 1], 1), addToAll.s([4, 3], 1)]),
);

// --- chord ---

export const testChordOrder = chord(
  // 90
  (function* () {
    for (const i of range(10)) yield identity.si(i);
  })(),
  identity.s(),
);
export const testReplacedNestedChord = chord(
  // 92
  [
    chord([add.s(1, 2), addReplaced.s(3, 4)], addToAll.s(5)).pipe(tsum.s()),
    chord([addReplaced.s(6, 7), add.s(0, 0)], addToAll.s(8)).pipe(tsum.s()),
  ],
  addToAll.s(9),
);
const addChordToChord = app.task('addChordToChord', { bind: true }, (ctx, nums: readonly number[], value: number) => {
  ctx.addToChord(group(nums.map((num) => add.s(num, value))).pipe(tsum.s()));
  return 0;
});
export const testAddChordToChord = group([addChordToChord.s([1, 2, 3], 4)]).pipe(identity.s()); // 94
export const testGroupChain = add // 96
  .s(2, 2)
  .pipe(group(range(4).map((i) => add.s(i))))
  .pipe(addToAll.s(8));
export const testGroupArgsAndKwargs = group(range(4).map((i) => add.s(i))) // 98
  .pipe(addToAll.s(8))
  .applyAsync({ args: [4], kwargs: { z: 1 } });
export const testSingleTaskHeader = [
  // 100
  chord([add.s(2, 5)], addToAll.s(9)),
  group([add.s(2, 5)]).pipe(addToAll.s(9)),
];
export const testNestedChord = [
  // 102
  chord([chord([add.s(1, 2), add.s(3, 4)], addAny([5])), chord([add.s(6, 7)], addAny([10]))], addAny(['A'])),
  group([group([add.s(1, 2), add.s(3, 4)]).pipe(addAny([5])), group([add.s(6, 7)]).pipe(addAny([10]))]).pipe(
    addAny(['A']),
  ),
  group([group([group([group([add.s(1, 2)]).pipe(addAny([3]))]).pipe(addAny([4]))]).pipe(addAny([5]))]).pipe(
    addAny([6]),
  ),
];
const collectIds = app.task('collectIds', (value: unknown, i: number) => [value, i]);
export const testParentIdsOr = ids // 104
  .si(1)
  .pipe(ids.si(2))
  .pipe(group(range(3, 50).map((i) => ids.si(i))))
  .pipe(collectIds.s(50))
  .pipe(ids.si(51));
export const testGenerator = chord(
  // 106
  (function* () {
    for (const i of range(9)) yield identity.s(i);
  })(),
  tsum.s(),
);
const chainWithChord = chain(add.si(1, 2), chord(group([add.si(1, 2), add.si(1, 2)]), add.si(1, 2)));
export const testChordInChordsWithChains = chord(group([chainWithChord, chainWithChord]), add.si(2, 2)); // 108
export const testChordInChainWithArgs = chain(chord([identity.s(), identity.s()], identity.s()), identity.s()); // 110
export const testChordInChainWithArgsBothWays = [
  await testChordInChainWithArgs.applyAsync({ args: [1] }),
  await testChordInChainWithArgs(1),
];
export const testLargeHeader = group(range(1000).map((i) => identity.si(i))).pipe(tsum.s()); // 112
export const testNestedChordGroup = chord(group([identity.s(42), identity.s(42)]), identity.s()); // 116
export const testErrorPropagatesFromChord = add // 118
  .s(1, 1)
  .pipe(fail.s())
  .pipe(group([add.s(1), add.s(1)]));
const failInHeader = chord([fail.s()], identity.s());
const failInBody = chord([identity.si(42)], fail.s());
export const testErrorPropagatesToChordFromSimple = [failInHeader, failInBody]; // 120
export const testMutableErrbackCalledByChordFromSimple = [
  failInHeader.linkError(counter),
  failInBody.linkError(counter),
]; // 122
const failInChain = chain(identity.si(42), fail.s(), identity.si(42));
export const testImmutableErrbackCalledByChordFromChain = [
  // 124
  chord([failInChain], identity.s()).linkError(echo('header')),
  chord([identity.si(42)], failInChain).linkError(echo('body')),
];
const failAtTail = chain(identity.si(42), fail.s());
const failsAtTail = [chord([failAtTail], identity.s()), chord([identity.si(42)], failAtTail)];
export const testErrorPropagatesToChordFromChainTail = failsAtTail; // 126
export const testMutableErrbackCalledByChordFromChainTail = failsAtTail.map((canvas) => canvas.linkError(log.s())); // 128
const failInGroup = group([identity.si(42), fail.s()]);
export const testImmutableErrbackCalledByChordFromGroup = [
  // 130
  chord(failInGroup, identity.s()).linkError(echo('header')),
  chord([identity.si(42)], failInGroup).linkError(echo('body')),
];
const failsInGroup = group([...times(24, identity.si(42)), ...times(42, fail.s())]);
export const testImmutableErrbackCalledByChordFromGroupFailMultiple = [
  // 132, 134
  chord(failsInGroup, identity.s()).linkError(counter),
  chord([identity.si(42)], failsInGroup).linkError(counter),
];
export const testChordHeaderChildReplacedWithChain = [
  // 136, 138
  chord([replaceWithChain.si(42), identity.s(1337)], identity.s()),
  chord([identity.s(42), replaceWithChain.s(1337)], identity.s()),
];
export const testChordBodyChainChildReplacedWithChain = [
  // 140, 142
  chord([identity.s(42)], chain(replaceWithChain.s(), identity.s())),
  chord([identity.s(42)], chain(identity.s(), replaceWithChain.s())),
];
export const testEnablingFlagAllowErrorCbOnChordHeader = [
  // 144
  [fail.si()],
  [fail.si(), identity.si(42)],
  [fail.si(), fail.si(), identity.si(42)],
].map((header) =>
  chord(
    header.map((member) => member.linkError(counter)),
    identity.si(42).linkError(echo('body')),
  ),
);
export const testFlagAllowErrorCbOnUpgradedChord = chain(group([fail.si(), identity.si(42)]), identity.si(42)) // 146
  .linkError(counter);
const failing = group([add.s(15, 7), fail.si()]);
export const testChordErrorPropagationWithDifferentBodyTypes = [
  // 148
  chain(failing, add.si(9, 7)),
  chain(failing, chain(add.si(9, 7), add.si(5, 7))),
  chain(failing, group([add.si(9, 7), add.si(5, 7)])),
  chain(failing, chord([add.si(1, 1), add.si(2, 2)], add.si(10, 10))),
];
export const testChordUnlockWithFailedTaskInNestedChainMember = chain(
  // 150
  group([identity.si(1), chain(fail.si(), group([identity.si(2), identity.si(3)]), identity.si(4))]),
  identity.s(),
);

// --- signatures as values ---

const returnSignature = app.task('returnSignature', () => chain(group([add.s(1, 2)])).toJSON());
const rebuildSignature = app.task('rebuildSignature', (json: ReturnType<AnySignature['toJSON']>) =>
  app.signature(json).toJSON(),
);
export const testRebuildNested = chain(returnSignature.s(), rebuildSignature.s()); // 152, 154, 156, 158
export const returned = [
  chain(group([add.s(1, 2)])).toJSON(),
  group([chain(add.s(1, 2))]).toJSON(),
  group([chord([add.s(1, 2)], tsum.s())]).toJSON(),
  chord(group([add.s(1, 2)]), tsum.s()).toJSON(),
];

// --- tasks ---

export const testSimpleCall = [await add(1, 1), await add(1, 1, kwargs({ z: 1 }))]; // T2
export const testIgnoreResult = await (await add.applyAsync({ args: [1, 2], ignoreResult: true })).get(); // T6
export const testExpired = [
  // T12
  await sleeping.delay(2),
  await add.applyAsync({ args: [1, 1], expires: 1 }),
  await add.applyAsync({ args: [1, 1], expires: new Date(1000) }),
];
export const testFail = await fail.delay(); // T14
export const testRetry = [await retry.delay(), await retry.delay('bar')]; // T20
export const testTaskRetriedOnce = await retryOnce.delay(); // T24
export const testUnicodeTask = group(range(5).map(() => log.s('hiöäüß'))); // T28
export const testSoftTimeLimitExceedingTimeLimit = add.s(1, 1).applyAsync({ softTimeLimit: 2, timeLimit: 1 }); // T30
export const testReplacedTaskNesting = addReplaced.si(4, 2); // T42
export const recorder = chain(record.s('key', 'value'), recorded.si('key'));
export const stampingWorkflow = group([add.s(1, 2).pipe(add.s(3)), add.s(4, 5).pipe(add.s(6)), identity.si(21)]).pipe(
  // 160
  group([xsum.s(), xsum.s()]),
);
export const product = mul.s(2, 3);

export type Values = [
  Expect<Same<ResultOf<typeof testSingleChain>, number>>,
  Expect<Same<ResultOf<typeof testGroupResultsInChain>, [[number, number]]>>,
  Expect<Same<ResultOf<typeof testGroupResultNotHasCache>, [unknown, unknown, [unknown, unknown]]>>,
  Expect<Same<ResultOf<typeof testParentIds>, [string, string | null, number]>>,
  Expect<Same<ResultOf<typeof testChainOfTaskAGroupAndAChord>, number>>,
  Expect<Same<ResultOf<typeof testChainOfNineChords>, number>>,
  Expect<Same<ResultOf<typeof testChainOfAChordAndThreeTasksAndAGroup>, [number, number]>>,
  Expect<Same<Awaited<typeof testResultSet>, [number, number]>>,
  Expect<Same<typeof testEmptyGroupResult, GroupResult<[]>>>,
  Expect<Same<ResultOf<typeof testNestedGroup>, [number, number, number, number]>>,
  Expect<Same<ResultOf<typeof testReplacedNestedChord>, number[]>>,
  Expect<Same<ResultOf<typeof testGroupChain>, number[]>>,
  Expect<Same<ResultOf<typeof testLargeHeader>, number>>,
  Expect<Same<typeof testIgnoreResult, number>>,
  Expect<Same<ResultOf<typeof recorder>, readonly unknown[]>>,
];
