/** Canvases that code builds step by step: with conditions, loops and helper functions. */
import type { Signature, UntypedSignature } from '../../src/core/types/canvas.ts';
import type { AsyncResult } from '../../src/core/types/results.ts';
import type { AnySignature, Complete, ResultOf } from '../../src/core/types/signature.ts';
import type { Immutable } from '../../src/core/types/tasks.ts';
import { app, chain, chord, group, range } from './support.ts';
import type { Expect, Same } from './support.ts';

interface Page {
  url: string;
}

const fetched = app.task('fetched', (url: string): Page => ({ url }));
const links = app.task('links', (page: Page): string[] => [page.url]);
const store = app.task('store', (found: readonly string[]) => found.length);
const double = app.task('double', (x: number) => 2 * x);
const text = app.task('text', (x: number) => `${x}`);
const note = app.task('note', (_message: string): void => {});
declare const flag: boolean;

// --- steps that a condition adds ---

const between = chain(double.s(1), ...(flag ? [double.s()] : []), text.s());
const first = chain(...(flag ? [note.si('begin')] : []), double.si(1), text.s());
const begun = chain(...(flag ? [note.s('begin')] : []), double.si(1), text.s());
const last = chain(double.s(1), ...(flag ? [text.s()] : []));
const several = chain(double.s(1), ...range(3).map(() => double.s()), double.s(), text.s());
const ignoring = chain(...range(3).map((i) => note.si(`${i}`)), double.si(1));
let piped = chain(double.s(1), double.s());
if (flag) piped = piped.pipe(double.s());
const either = flag ? double.s(1) : chain(double.s(1), double.s());
export type Conditions = [
  Expect<Same<typeof between, Signature<[], string, 'chain'>>>,
  Expect<Same<ResultOf<typeof first>, string>>,
  Expect<Same<typeof begun, Signature<[], string, 'chain'>>>,
  Expect<Same<ResultOf<typeof last>, number | string>>,
  Expect<Same<typeof several, Signature<[], string, 'chain'>>>,
  Expect<Same<typeof ignoring, Signature<[], number, 'chain', object, readonly unknown[]>>>,
  Expect<Same<ResultOf<typeof piped>, number>>,
];
export const eitherFollowed: Signature<[], string> = chain(either, text.s());

// --- a list of different steps, whose order the compiler does not know ---

const pushed = [];
pushed.push(fetched.s('https://a.example'));
pushed.push(links.s());
if (flag) pushed.push(store.s());
const ofPushed = chain(...pushed);
const listed = [links.s(), store.s()];
const afterOne = chain(fetched.s('https://a.example'), ...listed);
const beforeOne = chain(...listed, double.s());
export type Lists = [
  Expect<Same<ResultOf<typeof ofPushed>, Page | string[] | number>>,
  Expect<Same<ResultOf<typeof afterOne>, Page | string[] | number>>,
  Expect<Same<ResultOf<typeof beforeOne>, number>>,
];
export const sentPushed: AsyncResult<unknown> = await ofPushed.delay();
export const sentLists: AsyncResult<unknown>[] = [
  await afterOne.delay(),
  await chain(...listed).delay({ url: 'https://a.example' }),
];

// --- signatures without their types ---

declare const any: AnySignature;
declare const anys: readonly AnySignature[];
const chained = chain(fetched.s('https://a.example'), any, store.s());
const ofAnys = chain(...anys);
const beginsWithAny = chain(any, double.s());
const pipedToAny = fetched.s('https://a.example').pipe(any);
const groupOfAnys = group(anys);
const groupWithAny = group([any, double.s(1)]);
const chordOfAny = chord([any], note.si('done'));
const bodyOfAny = chord([double.s(1)], any);
export type Untyped = [
  Expect<Same<typeof chained, Signature<[], number, 'chain'>>>,
  Expect<Same<typeof ofAnys, Signature<[], unknown, 'chain', object, readonly unknown[]>>>,
  Expect<Same<ResultOf<typeof beginsWithAny>, number>>,
  Expect<Same<ResultOf<typeof pipedToAny>, unknown>>,
  Expect<Same<ResultOf<typeof groupOfAnys>, unknown[]>>,
  Expect<Same<ResultOf<typeof groupWithAny>, [unknown, number]>>,
  Expect<Same<ResultOf<typeof chordOfAny>, void>>,
  Expect<Same<ResultOf<typeof bodyOfAny>, unknown>>,
  Expect<Same<ResultOf<AnySignature>, unknown>>,
];
export const sentUntyped: AsyncResult<unknown>[] = [
  await chained.delay(),
  await ofAnys.delay(),
  await ofAnys.delay('an argument'),
  await beginsWithAny.delay(),
  await pipedToAny.delay(),
  await groupOfAnys.delay(),
  await groupWithAny.delay(),
  await chordOfAny.delay(),
];
export const untyped: UntypedSignature = ofAnys;

// --- callbacks ---

export const linked = [
  double.s(1).link(text.s()).link(note.si('done')).link(any),
  group([double.s(1), text.s(1)]).link(app.task('pair', (all: readonly (number | string)[]) => all.length).s()),
  chain(any, any).link(text.s()),
  app.signature('double').link(text.s()).link(app.signature('text')),
  either.link(text.s()).delay(),
];

// --- helper functions ---

function withNote<R>(step: Signature<[], R>): Signature<[], R> {
  return step.link(note.si('done')).set({ queue: 'slow' });
}
function twice(step: Signature<[x: number], number>): Signature<[x: number], number> {
  return chain(step, step);
}
async function valueOf<R>(canvas: Complete<R>): Promise<R> {
  return canvas();
}
function afterAll(steps: readonly Immutable<unknown>[]): Signature<[], string> {
  return chain(...steps, double.si(1), text.s());
}
function folded(numbers: readonly number[]): Signature<[], number> {
  return numbers.reduce<Signature<[], number>>((so, _number) => so.pipe(double.s()), double.s(1));
}
function joined<A, B>(before: Signature<[], A>, next: Signature<[value: A], B>): Signature<[], B> {
  return flag ? chain(before, next) : before.pipe(next);
}
function gathered<A, B>(members: readonly Signature<[], A>[], body: Signature<[all: A[]], B>): Signature<[], B> {
  return chord(members, body);
}
function noted<R>(step: Signature<[], R>): Signature<[], void> {
  return chain(step, note.si('done'));
}
function announced<P extends Page>(page: Signature<[], P>, next: AnySignature) {
  return [page.link(next), page.pipe(next), chain(page, next), chord([page], next)];
}
function audited<S extends AnySignature>(canvas: S) {
  return chain(canvas, note.si('done'));
}
function grouped<S extends Signature<[], unknown>>(members: readonly S[]): ReturnType<typeof group<readonly S[]>> {
  return group(members);
}
const helped = withNote(chain(double.s(1), text.s()));
export const values: Promise<[number, string]> = valueOf(group([double.s(1), text.s(1)]));
export const helpers = [
  withNote(double.si(1)),
  ...announced(fetched.s('https://a.example'), links.s()),
  audited(chord([double.si(1)], note.si('body'))).pipe(double.si(1)),
  noted(joined(double.s(1), text.s())),
  gathered([double.s(1), double.s(2)], app.task('total', (all: number[]) => all.length).s()).pipe(text.s()),
  grouped([double.s(1)]).pipe(note.si('done')),
  withNote(folded([1, 2])).pipe(text.s()),
  twice(double.s()),
  twice(chain(double.s(), double.s())),
  afterAll([note.si('a'), chain(note.si('b'), double.si(1)), group([note.si('c')])]),
];
export type Helpers = [Expect<Same<ResultOf<typeof helped>, string>>];
