/**
 * Code that must not compile. After each directive is the text that the compiler's message must contain; `compile.test.ts`
 * compiles this file once more without the directives, to compare.
 */
import type { Signature } from '../../src/core/types/canvas.ts';
import type { TaskContext } from '../../src/core/types/context.ts';
import { add, identity, log, mul, tsum } from './sample-tasks.ts';
import { app, chain, chord, group, kwargs, range } from './support.ts';

declare const ctx: TaskContext;
declare const condition: boolean;
declare const pairs: [string, number][];
declare const anonymous: Signature<[x: number], number>;
const sums = range(3).map((i) => add.s(i, i));
const logs = range(3).map(() => log.s());
const strings = app.task('strings', (texts: readonly string[]) => texts.length);
const upper = app.task('upper', (text: string) => text.toUpperCase());

const ofTexts = [upper.s(), strings.s()];

const optional = app.task('optional', (x: number, z?: number) => x + (z ?? 0));
// @ts-expect-error: Expected 1-2 arguments, but got 0
void optional();

// --- batches ---

// @ts-expect-error: step 2 (tsum) cannot take what the step before it (map) returns
chain(identity.map([1], { onMemberFailure: 'collect' }), tsum.s());
// @ts-expect-error: the body (tsum) cannot take what the header returns
chord(sums, tsum.s(), { tolerate: 1 });
// @ts-expect-error: not assignable to type
chord(sums, tsum.s(), { tolerate: 'some' });

// --- chains ---

// @ts-expect-error: DoesNotFit<"step 2 (add) cannot take what the step before it (log) returns", { got: string; takes: number; }>
chain(log.s(1), add.s(3));
// @ts-expect-error: step 2 (add) cannot take what the step before it (log) returns
log.s(1).pipe(add.s(3));
// @ts-expect-error: step 4 (upper) cannot take what the step before it (add) returns
chain(add.s(1, 2), add.s(3), add.s(4), upper.s(), log.s());
// @ts-expect-error: step 2 (mul) has all its arguments and cannot take what the step before it (add) returns: use .si()
chain(add.s(1, 2), mul.s(3, 4));
// @ts-expect-error: step 2 (mul) has all its arguments and cannot take what the step before it (identity) returns: use .si()
chain(identity.s(1), mul.s(3, 4));
// @ts-expect-error: step 2 (add) cannot take what the step before it (log) returns
chain(log.s(1), add.s(3, 4));
// @ts-expect-error: DoesNotFit<"step 2 (mul) needs more arguments than what the step before it (add) returns", { got: [number]; takes: [x: number, y: number]; }>
chain(add.s(1, 2), mul.s());
// @ts-expect-error: step 2 (group) cannot take what the step before it (log) returns
chain(log.s(1), group([add.s(1), mul.s(2)]));
// @ts-expect-error: DoesNotFit<"step 2 (tsum) cannot take what the step before it (group) returns", { got: [number, string]; takes: readonly number[]; }>
chain(group([add.s(1, 2), log.s('a')]), tsum.s());
// @ts-expect-error: step 2 (upper) cannot take what the step before it (group) returns
chain(group([log.s('a')]), upper.s());
// @ts-expect-error: step 2 (chord) cannot take what the step before it (log) returns
chain(log.s(1), chord([add.s(1)], tsum.s()));
// @ts-expect-error: step 2 (chain) cannot take what the step before it (chain) returns
chain(add.s(1, 2), log.s()).pipe(chain(add.s(1), add.s(2)));
// @ts-expect-error: step 2 cannot take what the step before it (log) returns
chain(log.s(1), anonymous);
// @ts-expect-error: each step (add) cannot take what the step before it returns
chain(log.s(1), ...range(3).map((i) => add.s(i)));
// @ts-expect-error: step 2 (up) cannot take what the step before it (chunks) returns
chain(add.chunks([[1, 2]], 10), app.task('up', (text: string) => text).s());

// @ts-expect-error: a later step (upper) cannot take what the step before it
chain(add.s(1, 2), ...range(3).map((i) => add.s(i)), upper.s());
// @ts-expect-error: each step (add) cannot take what the step before it returns
chain(log.s(1), ...range(3).map((i) => add.s(i)), upper.s());
// @ts-expect-error: each step (upper) cannot take what the step before it returns
chain(add.s(1, 2), ...ofTexts);
// @ts-expect-error: each step (log) has all its arguments and cannot take what the step before it returns: use .si()
chain(...range(3).map((i) => log.s(i)));
// @ts-expect-error: step 1 (add) is not a signature: use .s() to make one of a task
chain(add, log.s());
// @ts-expect-error: step 2 (log) is not a signature: use .s() to make one of a task
chain(add.s(1, 2), log);
// @ts-expect-error: step 2 (log) is not a signature: use .s() to make one of a task
add.s(1, 2).pipe(log);
// @ts-expect-error: step 1 is not a signature: use .s() to make one of a task
chain(add(1, 2), log.s());
// @ts-expect-error: step 1 is a list: spread it with ...
chain(sums);
// @ts-expect-error: step 2 is not a signature: use .s() to make one of a task
chain(add.s(1, 2), condition && log.s());

// --- groups and chords ---

// @ts-expect-error: a member of the group (log) is not a signature: use .s() to make one of a task
group([add.s(1, 2), log]);
// @ts-expect-error: a member of the group is not a signature: use .s() to make one of a task
group(range(3).map((i) => add.delay(i, i)));
// @ts-expect-error: the body (tsum) is not a signature: use .s() to make one of a task
chord([add.s(1, 2)], tsum);

// @ts-expect-error: DoesNotFit<"the body (tsum) cannot take what the header returns", { got: [string]; takes: readonly number[]; }>
chord([log.s(1)], tsum.s());
// @ts-expect-error: the body (tsum) cannot take what the header returns
chord([log.s(1)])(tsum.s());
// @ts-expect-error: the body (strings) cannot take what the header returns
chord(sums, strings.s());
// @ts-expect-error: the body (upper) cannot take what the header returns
chord(log.s('a'), upper.s());
// @ts-expect-error: the body (mul) has all its arguments and cannot take what the header returns: use .si()
chord([add.s(1, 2)], mul.s(1, 2));
// @ts-expect-error: { got: [MemberOutcome<number>]; takes: readonly number[]; }
chord([add.s(1, 2)], tsum.s(), { onMemberFailure: 'collect' });
// @ts-expect-error: Type '"never"' is not assignable to type 'OnMemberFailure | undefined'.
chord([add.s(1, 2)], tsum.s(), { onMemberFailure: 'never' });
// @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
await group([add.s(1), mul.s(2)]).delay('a');
// @ts-expect-error: 'DoesNotFit<"the members of this group lack different arguments"
await group([add.s(1), mul.s()]).delay(1);
// @ts-expect-error: 'DoesNotFit<"the members of this group lack different arguments"
await group([...sums, ...logs]).delay(1);
// @ts-expect-error: Expected 1-2 arguments, but got 0.
await chord([add.s(1)], tsum.s())();
// @ts-expect-error: Property 'results' does not exist on type 'AsyncResult<number>'.
export const noResults = (await chain(group([add.s(1, 2)]), tsum.s()).delay()).results;

// --- arguments ---

// @ts-expect-error: Type 'string' is not assignable to type 'number'.
add.s('x');
// @ts-expect-error: Type at position 1 in source is not compatible with type at position 1 in target.
add.s(1, 'x');
// @ts-expect-error: Source has 3 element(s) but target allows only 2.
mul.s(1, 2, 3);
// @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
mul.si(1, 'x');
// @ts-expect-error: Expected 2 arguments, but got 1.
mul.si(1);
// @ts-expect-error: Expected 2-4 arguments, but got 1.
await add.delay(1);
// @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
await add.delay('x', 1);
// @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
await add(1, 'x');
// @ts-expect-error: Expected 1-2 arguments, but got 0.
await add.s(1)();
// @ts-expect-error: Argument of type 'string' is not assignable to parameter of type 'number'.
await add.s(1).delay('x');
// @ts-expect-error: Expected 0 arguments, but got 1.
await mul.s(1, 2).delay(3);
// @ts-expect-error: Expected 1 arguments, but got 2.
await mul.s(1)(2, kwargs({ debug: true }));
// @ts-expect-error: Property 'args' is missing
await add.s(1).applyAsync({ countdown: 10 });
// @ts-expect-error: Property 'args' is missing
await add.applyAsync({ countdown: 10 });
// @ts-expect-error: Type 'string' is not assignable to type 'number'.
await add.applyAsync({ args: [1, 'x'] });
// @ts-expect-error: map calls the task with one argument, and it needs more: use .starmap()
mul.map([1, 2]);
// @ts-expect-error: Type 'string' is not assignable to type 'number'.
mul.starmap([[1, 'x']]);
// @ts-expect-error: Argument of type '[string, number][]' is not assignable to parameter of type 'Items<readonly [x: number, y: number]>'.
mul.starmap(pairs);
// @ts-expect-error: Argument of type 'string[]' is not assignable to parameter of type 'Items<readonly number[]>'.
tsum.map(range(3).map(String));
// @ts-expect-error: is not assignable to parameter of type 'Complete<number>'
ctx.replace(add.s(1));

// --- keyword arguments ---

// @ts-expect-error: Type '{ debg: boolean; }' has no properties in common with type '{ debug?: boolean; z?: number; }'.
await add.s(1, 2).delay(kwargs({ debg: true }));
// @ts-expect-error: Type 'string' is not assignable to type 'boolean'.
add.s(1, kwargs({ debug: 'yes' }));
// @ts-expect-error: 'debg' does not exist in type '{ debug?: boolean; z?: number; }'
await add.s(1, 2).applyAsync({ kwargs: { debg: true } });
// @ts-expect-error: Argument of type 'Kwargs<{ debug: boolean; }>' is not assignable to parameter of type 'number'.
await mul.delay(1, kwargs({ debug: true }));
// @ts-expect-error: Expected 2 arguments, but got 3.
await mul.delay(1, 2, kwargs({ debug: true }));
// @ts-expect-error: Type '{ debug: true; }' is not assignable to type 'never'.
await mul.applyAsync({ args: [1, 2], kwargs: { debug: true } });
// @ts-expect-error: Source has 3 element(s) but target allows only 2.
mul.s(1, 2, kwargs({ debug: true }));
// @ts-expect-error: 'debug' does not exist in type 'Kwargs<{ debug?: boolean; z?: number; }>'
await add.delay(1, 2, { debug: true });

// --- options ---

// @ts-expect-error: 'countDown' does not exist in type
add.s(1, 2).set({ countDown: 10 });
// @ts-expect-error: Type 'number' is not assignable to type 'Date'.
await add.s(1, 2).applyAsync({ eta: 10 });
// @ts-expect-error: 'retries' does not exist in type
app.task('misspelt', { retries: 3 }, (x: number) => x);
// @ts-expect-error: 'retries' does not exist in type
app.task('misspelt', { bind: true, retries: 3 }, (ctx, x: number) => `${ctx.request.id}${x}`);
// @ts-expect-error: with bind: true the function takes its context first: (ctx, …) => …
app.task('unbound', { bind: true }, (x: number) => x);
// @ts-expect-error: Argument of type 'number' is not assignable to parameter of type 'TaskFunction<
app.task('noFunction', 5);
// @ts-expect-error: Argument of type '"ad"' is not assignable to parameter of type '"add"'.
app.declare<typeof add>('ad');

// --- callbacks ---

// @ts-expect-error: the callback (log) is not a signature: use .s() to make one of a task
add.s(1, 2).link(log);
// @ts-expect-error: the callback (upper) cannot take what the signature (add) returns
add.s(1, 2).link(upper.s());
// @ts-expect-error: the callback (log) has all its arguments and cannot take what the signature (add) returns: use .si()
add.s(1, 2).link(log.s('added'));
// @ts-expect-error: the callback (add) cannot take what the signature (group) returns
group([add.s(1, 2), log.s('a')]).link(add.s(1));
// @ts-expect-error: the error callback (log) is not a signature: use .s() to make one of a task
add.s(1, 2).linkError(log);
// @ts-expect-error: the error callback (upper) cannot take the failure
add.s(1, 2).linkError(upper.s());
// @ts-expect-error: the error callback (log) has all its arguments and cannot take the failure: use .si()
chain(add.s(1, 2), add.s(3)).linkError(log.s('failed'));
// @ts-expect-error: the error callback (add) needs more arguments than the failure
group([add.s(1, 2)]).linkError(add.s());

// --- tasks of a Python worker ---

const resize = app.external<(key: string, width: number) => string>('images.resize', { queue: 'celery' });
// @ts-expect-error: Expected 2 arguments, but got 1
void resize.delay('cat.png');
// @ts-expect-error: step 2 cannot take what the step before it (add) returns
chain(add.s(1, 2), resize.s(200));
// @ts-expect-error: Property 'queue' is missing
app.external('images.resize', { timeout: 60 });
