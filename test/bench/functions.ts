/** Functions of the core, beside what the platform does with the same data. */
import { Bench } from 'tinybench';
import { planOf } from '../../src/core/canvas/normalise.ts';
import { chordOf, taskOf } from '../../src/core/canvas/signature.ts';
import { follow } from '../../src/core/protocol/continue.ts';
import { memberId } from '../../src/core/protocol/ids.ts';
import { FAN_OUT } from '../../src/core/protocol/limits.ts';
import { decodeMessage, encodeMessage } from '../../src/core/protocol/message-codec.ts';
import type { RunMessage } from '../../src/core/protocol/message.ts';
import type { Origin } from '../../src/core/protocol/origin.ts';
import type { Outcome } from '../../src/core/protocol/outcome.ts';
import type { TaskPlan } from '../../src/core/protocol/plan.ts';
import { startRange, startWhole } from '../../src/core/protocol/start.ts';
import type { Figure } from './support/figure.ts';
import { comparedTo } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

const MEMBERS = 1000;
const now = Date.UTC(2030, 0, 1);
const id = '0b6f1a52-7a2c-4d0f-8f6e-3a5c6a1de0aa';
const origin: Origin = {
  by: { mid: 'abcdefghijklmnop', token: 'abcdefgh' },
  again: false,
  now,
  depth: 0,
  until: now,
  ...FAN_OUT,
};
const at = { id, base: id, links: [], attempt: 0 };
const task: TaskPlan = { task: 'add', args: [2, 2] };
const sum: TaskPlan = { task: 'tsum' };
const header: readonly TaskPlan[] = Array.from({ length: MEMBERS }, () => task);
const group = { par: header };
const chord = chordOf(
  Array.from({ length: MEMBERS }, (_, i) => taskOf('add', { args: [i, i] })),
  taskOf('tsum'),
);
const chordPlan = planOf(chord);
const frame = { base: id, steps: [sum], i: 1, try: 0 };
const member = { join: `${id}.0`, x: 7, n: MEMBERS, base: `${id}.0`, try: 0 };
const message: RunMessage = {
  kind: 'run',
  mid: 'abcdefghijklmnop',
  id: memberId(`${id}.0`, 7),
  base: memberId(`${id}.0`, 7),
  try: 0,
  sig: task,
  frames: [member, frame],
  depth: 0,
  until: now,
};
const text = encodeMessage(message);
const json: unknown = JSON.parse(text);
const outcome: Outcome = { state: 'SUCCESS', value: { inline: 4 }, mid: origin.by.mid, token: origin.by.token };
const ended = { at, outcome, standing: { cell: { outcome } } };

progress('functions: a second or so each');
const bench = new Bench({ time: 500, warmupTime: 200 });
bench
  .add('JSON.stringify of an envelope', () => JSON.stringify(json))
  .add('encodeMessage()', () => encodeMessage(message))
  .add('JSON.parse of an envelope', () => JSON.parse(text))
  .add('decodeMessage()', () => decodeMessage(text, 'none'))
  .add('JSON.stringify of a chord of 1,000', () => JSON.stringify(chord))
  .add('planOf() a chord of 1,000', () => planOf(chord))
  .add('startWhole() a chord of 1,000', () => startWhole(origin, { at, plan: chordPlan, input: undefined, frames: [] }))
  .add('startRange() 200 members', () =>
    startRange(origin, { at, plan: group, input: undefined, frames: [frame] }, { lo: 0, hi: 200 }),
  )
  .add('follow() a step', () => follow(origin, { ...ended, frames: [frame] }))
  .add('follow() a member', () =>
    follow(origin, {
      ...ended,
      frames: [member, frame],
      standing: { cell: { outcome }, leaf: { filled: 1, failed: false } },
    }),
  );
await bench.run();

/** The reference of each measurement. */
const REFERENCES: Readonly<Record<string, string>> = {
  'encodeMessage()': 'JSON.stringify of an envelope',
  'decodeMessage()': 'JSON.parse of an envelope',
  'planOf() a chord of 1,000': 'JSON.stringify of a chord of 1,000',
  'startWhole() a chord of 1,000': 'JSON.stringify of a chord of 1,000',
  'startRange() 200 members': 'JSON.stringify of a chord of 1,000',
  'follow() a step': 'JSON.parse of an envelope',
  'follow() a member': 'JSON.parse of an envelope',
};
const figures = new Map(bench.tasks.map((one): [string, Figure] => [one.name, figureOf(one)]));
answer([...figures].map(([name, figure]) => withReference(name, figure)));

// --- internal ---

function figureOf({ name, result }: Bench['tasks'][number]): Figure {
  if (result.state !== 'completed') throw new Error(`Cannot measure ${name}: its state is ${result.state}`);
  return { name: `function: ${name}`, value: result.latency.p50 * 1000, unit: 'µs' };
}

function withReference(name: string, figure: Figure): Figure {
  const reference = figures.get(REFERENCES[name] ?? '');
  return reference === undefined ? figure : comparedTo(figure, reference);
}
