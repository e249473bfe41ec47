import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPlan } from '../../../../src/core/protocol/blocks.ts';
import { decodeMessage, encodeForQueue, encodeMessage } from '../../../../src/core/protocol/message-codec.ts';
import type { Frame, Input, RunMessage } from '../../../../src/core/protocol/message.ts';
import type { Value } from '../../../../src/core/protocol/outcome.ts';
import type { Link, Plan } from '../../../../src/core/protocol/plan.ts';
import { pointerOutside } from '../../../../src/core/protocol/pointers.ts';
import type { Pointing } from '../../../../src/core/protocol/pointers.ts';

/** Everything that points to a stored thing, in `workflow`. */
const values = (workflow: string): readonly (Input & Value)[] => [
  { join: `${workflow}.1~2`, n: 3 },
  { ref: `table:${workflow}/0|v~1/token` },
  { ref: `bucket:v/${workflow}.0/token` },
  { ref: `memory:${workflow}/token` },
];
const tasks = (workflow: string): readonly Plan[] => [
  { task: 'a', stored: `table:${workflow}.1!2/0` },
  { task: 'a', stored: `bucket:${workflow}/7` },
];
const items = (workflow: string): readonly Plan[] => [
  { seq: { stored: `table:${workflow}/0`, n: 9, per: 3, first: 'a' } },
  { par: { stored: `bucket:${workflow}!1/0`, n: 9, per: 3, first: 'a' } },
  ...values(workflow).map((own): Plan => ({ par: [], own })),
];
const plans = (workflow: string): readonly Plan[] => [...tasks(workflow), ...items(workflow)];

/** Each of them where a message can have it, alone. */
function messages(workflow: string): readonly Pointing[] {
  const inputs: readonly Input[] = [
    ...values(workflow),
    ...values(workflow).map((error): Input => ({ failure: { ...failure, error } })),
    ...values(workflow).map((input): Input => ({ failure: { ...failure, call: { sig: { task: 'a' }, in: input } } })),
    { failure: { ...failure, call: { sig: { task: 'a', stored: `table:${workflow}/0` } } } },
  ];
  const nested = plans(workflow).flatMap((plan): readonly Plan[] => [
    plan,
    { seq: [{ task: 'a' }, plan] },
    { par: [{ par: [plan] }] },
    { task: 'a', links: [callback(plan)] },
    { par: [], links: [callback(plan)] },
  ]);
  const frames: readonly Frame[] = [
    { join: workflow, x: 0, n: 1 },
    { steps: [{ task: 'a' }], i: 0, base: `${workflow}.1` },
    ...nested.map((plan): Frame => ({ steps: [plan], i: 0, base: 'W' })),
    ...nested.map((plan): Frame => ({ steps: [{ task: 'a' }], i: 0, base: 'W', links: [callback(plan)] })),
    ...nested.map((plan): Frame => ({ join: 'W', x: 0, n: 1, links: [callback(plan)] })),
    ...values(workflow).map((own): Frame => ({ join: 'W', x: 0, n: 1, own })),
  ];
  return [
    ...inputs.map((input): Pointing => ({ in: input })),
    ...nested.map((sig): Pointing => ({ sig })),
    ...nested.map((plan): Pointing => ({ links: [callback(plan)] })),
    ...frames.map((frame): Pointing => ({ frames: [frame] })),
  ];
}

const failure = { taskId: 'other', failedTaskId: 'other.0', rootId: 'other', error: { inline: {} } } as const;
const callback = (plan: Plan): Link => ({ on: 'success', plan });
const sent = {
  kind: 'run',
  mid: 'm',
  id: 'W',
  base: 'W',
  try: 0,
  depth: 0,
  until: 0,
  frames: [],
  sig: { task: 'a' },
} as const;
const run = (more: object): RunMessage => ({
  ...sent,
  ...more,
});

describe('pointerOutside()', () => {
  it('finds each place of another workflow that a message points to, and none of its own', () => {
    for (const message of messages('W')) expect(pointerOutside('W', message)).toBeUndefined();
    for (const message of messages('W-2')) expect(pointerOutside('W', message)).toMatch(/W-2/);
    for (const message of messages('W')) expect(pointerOutside('W-2', message)).toMatch(/W/);
  });

  it.each(['elsewhere:W/token', 'bucket:W/token', 'bucket:b/W/0', 'W', 'table:/W'])(
    'counts a reference to a value in an unknown form as one of another workflow: %s',
    (ref) => {
      expect(pointerOutside('W', { in: { ref } })).toBe(ref);
    },
  );

  it('counts the key of a block in an unknown form as one of another workflow', () => {
    expect(pointerOutside('W', { sig: { task: 'a', stored: 'elsewhere:W/0' } })).toBe('elsewhere:W/0');
  });

  it('passes over values that look like pointers: they are data', () => {
    const data = { join: 'other', n: 1, ref: 'table:other|v/t', stored: 'table:other/0' };
    const sig = { task: 'a', args: [data], kwargs: { data }, options: { headers: { data } } };
    expect(pointerOutside('W', { sig, in: { val: data } })).toBeUndefined();
    expect(pointerOutside('W', { in: { failure: { ...failure, error: { inline: data } } } })).toBeUndefined();
  });

  it('finds what lies behind a value: the callbacks of a message that has its input in it', () => {
    const links = [callback({ task: 'a', stored: 'table:other/0' })];
    expect(pointerOutside('W', { in: { val: 1 }, links })).toBe('table:other/0');
  });

  it('finds the blocks of a packed plan in the workflow of its base', () => {
    const workflow = fc.stringMatching(/^[\w:-]{1,100}$/);
    const long = { task: 'a', args: ['x'.repeat(3000)] };
    fc.assert(
      fc.property(workflow, workflow, (mine, other) => {
        const { plan } = packPlan({ par: [long, { seq: [long, long] }] }, `${mine}.1!2`);
        expect(pointerOutside(mine, { sig: plan })).toBeUndefined();
        expect(pointerOutside(other, { sig: plan }) === undefined).toBe(other === mine);
      }),
    );
  });
});

describe('a message that points to another workflow', () => {
  const pointing = messages('other').flatMap(({ sig, ...rest }) =>
    // A message that runs has one task.
    sig === undefined ? [run(rest)] : 'task' in sig ? [run({ sig })] : [],
  );

  it('is neither read nor sent', () => {
    expect(pointing.length).toBeGreaterThan(50);
    for (const message of pointing) {
      const refused = expect.objectContaining({
        code: 'CHORDAL_INVALID_MESSAGE',
        message: expect.stringMatching(
          /^Cannot read (sig|in|links|frames) of a message: expected a place in the workflow W, got ".*other/,
        ),
      });
      expect(() => decodeMessage(encodeMessage(message), 'm')).toThrow(refused);
      expect(() => encodeForQueue(message)).toThrow(refused);
    }
  });
});
