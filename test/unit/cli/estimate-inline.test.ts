import { chain, chord, group } from 'chordal';
import type { AnySignature, Signature } from 'chordal';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../../src/cli/estimate.ts';
import { fromCelery } from '../../../src/core/canvas/celery-json.ts';
import { planOf } from '../../../src/core/canvas/normalise.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench } from '../worker/bench.ts';

const sent = { messages: 0 };
const bench = makeBench(({ broker }) => ({
  broker: overriding(broker, {
    send: (params) => {
      sent.messages += params.messages.length;
      return broker.send(params);
    },
  }),
}));
const step = bench.app.task('step', (...given: readonly unknown[]) => given.length);
const steps = (n: number): AnySignature => chain(...(Array.from({ length: n }, () => step.s(1)) as never[]));
const members = (n: number): readonly AnySignature[] => Array.from({ length: n }, () => step.s(1));
const body = step.s() as never;

describe('the messages of a canvas that runs inline are those that the estimate says:', () => {
  it.each<[string, AnySignature]>([
    ['a task', step.s(1)],
    ['a chain', steps(20)],
    ['a chain of more steps than a delivery runs', steps(250)],
    ['a chord', chord(members(8), body)],
    ['a chord of several leaves', chord(members(30), body)],
    ['chains in a group', group([steps(3), steps(4)])],
    ['a chain with a group in it', chain(steps(2) as never, group(members(3)), body, step.s())],
    ['a group of one member in a chain', chain(steps(2) as never, group(members(1)), body)],
    ['a step with a callback', chain(step.s(1).link(step.s(2)), step.s(), step.s())],
    ['a step that is delayed', chain(step.s(1), step.s().set({ countdown: 1 }), step.s())],
    ['a step that needs a place', chain(step.s(1), step.s().set({ concurrencyLimit: 2 }), step.s())],
    ['a step that says no', chain(step.s(1), step.s().set({ inline: false }), step.s())],
  ])('%s', async (_, canvas) => {
    const inline = (canvas as Signature<[], unknown>).set({ inline: true });
    const { messages } = estimate(planOf(fromCelery(inline.toJSON())), bench.engine.settings);
    sent.messages = 0;
    await inline.delay();
    for (let idle = 0; idle < 2;) {
      const batch = bench.receive();
      await bench.work(batch);
      await bench.engine.deliveries.finish({ receipts: batch.map(({ receipt }) => receipt) });
      if (batch.length === 0) await bench.clock.sleep(2000);
      idle = batch.length === 0 ? idle + 1 : 0;
    }
    expect(sent.messages).toBe(messages);
  });
});
