/** Checks what becomes of work in flight when another release of its code is deployed. */
import { describe, expect, it } from 'vitest';
import { handleDeadLetters } from '../../../src/cli/dead-letters.ts';
import type { Output } from '../../../src/cli/output.ts';
import { chain } from '../../../src/client/canvas.ts';
import { Stack } from './releases.ts';
import type { Code } from './releases.ts';

const DAY = 86_400;

describe('a task that moves to another file', () => {
  const before: Code = (app) => ({
    old: [app.task('double', (x: number) => 2 * x), app.task('stays', () => 0)],
    fresh: [app.task('other', () => 1)],
  });
  const after: Code = (app) => ({
    old: [app.task('stays', () => 0)],
    fresh: [app.task('other', () => 1), app.task('double', (x: number) => 2 * x)],
  });

  it('runs there, though its message was sent to the old one, or a caller with old routes sends it', async () => {
    const stack = new Stack();
    const { app: caller } = stack.deploy(before);
    const double = caller.signature('double');
    const delayed = await chain(caller.signature('double', { args: [1] }), double)
      .set({ countdown: DAY })
      .delay();
    stack.deploy(after);
    expect(await delayed.get({ timeout: 2 * DAY })).toBe(4);
    expect(await (await caller.signature('double', { args: [4] }).delay()).get({ timeout: 10 })).toBe(8);
  });

  it('runs where the deployment has come to, whichever function it has replaced first', async () => {
    for (const first of ['old', 'fresh']) {
      const stack = new Stack();
      const { app: caller } = stack.deploy(before);
      stack.deploy(after, [first]);
      const result = await caller.signature('double', { args: [4] }).delay();
      await stack.clock.sleep(300_000);
      stack.deploy(after);
      expect(await result.get({ timeout: 600 })).toBe(8);
    }
  });

  it('runs where it was, if the deployment is rolled back', async () => {
    const stack = new Stack();
    const { app: caller } = stack.deploy(before);
    stack.deploy(after, ['old']);
    const result = await caller.signature('double', { args: [4] }).delay();
    await stack.clock.sleep(300_000);
    stack.deploy(before);
    expect(await result.get({ timeout: 600 })).toBe(8);
  });

  it('fails in the end, if two functions lead it to each other for good', async () => {
    const stack = new Stack();
    stack.deploy(before);
    const { app: caller } = stack.deploy(before);
    stack.deploy(after, ['old']);
    const result = await caller.signature('double', { args: [4] }).delay();
    await expect(result.get({ timeout: 3600 })).rejects.toMatchObject({ errorType: 'NotRegistered' });
  });
});

describe('a task that gets a limit, and calls that get its key', () => {
  const before: Code = (app) => ({ q: [app.task('work', () => 1)] });
  const after: Code = (app) => ({ q: [app.task('work', { concurrencyLimit: 1 }, () => 1)] });

  it('wait for each other while the deployment runs', async () => {
    const stack = new Stack();
    stack.deploy(before);
    const { app: caller } = stack.deploy(after, []);
    const result = await caller.signature('work').set({ concurrencyKey: 'disk' }).delay();
    await stack.clock.sleep(60_000);
    stack.deploy(after);
    expect(await result.get({ timeout: 600 })).toBe(1);
  });
});

describe('a task that was removed', () => {
  const before: Code = (app) => ({ q: [app.task('first', () => 1), app.task('gone', (x = 0) => x)] });
  const after: Code = (app) => ({ q: [app.task('first', () => 1)] });

  it('is named by the failure of a step, of a call, and of what waits for it, with the way out', async () => {
    const stack = new Stack();
    const { app: caller } = stack.deploy(before);
    const gone = caller.signature('gone');
    const results = await Promise.all([
      gone.set({ countdown: 60 }).delay(),
      chain(caller.signature('first').set({ countdown: 60 }), gone).delay(),
    ]);
    stack.deploy(after);
    const text = /^Cannot (run|send) gone \(.*\): no .* of that name.* If it was renamed, register its old name, too/;
    for (const result of results)
      await expect(result.get({ timeout: 3600 })).rejects.toMatchObject({
        errorType: 'NotRegistered',
        failedTask: 'gone',
        message: expect.stringMatching(text),
      });
  });

  it('can be redriven, each step with what follows it, once a release has it again', async () => {
    const stack = new Stack();
    const { app: caller } = stack.deploy(before);
    const gone = caller.signature('gone');
    const later = caller.signature('gone', { args: [7] }).set({ countdown: 60 });
    const first = caller.signature('first').set({ countdown: 60 });
    const results = await Promise.all([
      chain(later, gone, gone).delay(),
      chain(first, gone, gone).delay(),
      first.applyAsync({ link: gone }),
    ]);
    stack.deploy(after);
    await stack.clock.sleep(7_200_000);
    expect(await Promise.all(results.map((result) => result.status()))).toEqual(['FAILURE', 'FAILURE', 'SUCCESS']);
    const { engine, app } = stack.deploy(before);
    const letters = await engine.records.deadLetters({ since: 0, now: stack.clock.now() });
    expect(letters.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^NotRegistered: Cannot (run|send) gone/)),
    );
    const said: unknown[] = [];
    const nothing = (): undefined => undefined;
    const output: Output = {
      answer: (answer) => said.push(answer),
      text: nothing,
      note: nothing,
      problem: nothing,
      faint: (text) => text,
      progress: nothing,
    };
    expect(await handleDeadLetters('redrive', { days: 1, ids: [] }, { engine }, output)).toBe(0);
    const redriven = said as readonly { readonly new: string }[];
    const values = await Promise.all(redriven.map(({ new: id }) => app.asyncResult(id).get({ timeout: 60 })));
    expect(new Set(values)).toEqual(new Set([1, 7]));
  });
});

describe('a task that loses a parameter', () => {
  it('fails the calls that were made before, and says so', async () => {
    const stack = new Stack();
    const { app: caller } = stack.deploy((app) => ({ q: [app.task('area', (x: number, y: number) => x * y)] }));
    const result = await caller.signature('area', { args: [2, 3] }).applyAsync({ countdown: 60 });
    stack.deploy((app) => ({ q: [app.task('area', (side: number) => side * side)] }));
    await expect(result.get({ timeout: 600 })).rejects.toMatchObject({
      errorType: 'InvalidArguments',
      message:
        'Cannot call area(2, 3): area takes 1 argument, not 2. If the task has changed since it was called, call it again.',
    });
  });
});
