import { resolve } from 'node:path';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEmulator } from './support/emulator.ts';
import { copyProject } from './support/project-folder.ts';
import type { ProjectFolder } from './support/project-folder.ts';
import { preparePython } from './support/python.ts';
import { run as anyRun } from './support/run.ts';
import type { Run } from './support/run.ts';
import { chordal, DeployedStack, WITHOUT_ALARMS } from './support/stack.ts';

const minutes = 60_000;

/** Two tasks of one function, and a schedule that writes the id of each run into a ledger. */
const handlers = {
  'handlers/ticks.ts': `
    import { createApp } from 'chordal';
    const app = createApp('ticks', { highPriority: true });
    const count = app.task('count', (line: string) => line.split(' ').length);
    const other = app.task('other', () => 'other');
    const tick = app.task('tick', { bind: true }, async ({ ledger, request: { id, headers } }, name: string) => {
      await ledger.append('ticks', { id, name, scheduledTime: headers.scheduledTime });
      return name;
    });
    const ticks = app.task('ticks', { bind: true }, ({ ledger }) => ledger.read('ticks'));
    app.schedule('minutely', { every: 60 }, tick.s('first').pipe(tick.si('second')));
    export const handler = app.handler(count, other, tick, ticks);
  `,
};

interface Tick {
  readonly id: string;
  readonly name: string;
  readonly scheduledTime?: string;
}

/** Python's emulator takes a minute; LocalStack takes some, and npm run test:localstack asks for it. */
const python = await preparePython();
const CLOUDS = [
  { name: 'ministack', missing: 'missing' in python ? python.missing : undefined, fires: true, params: WITHOUT_ALARMS },
  {
    name: 'localstack',
    missing: process.env['CHORDAL_TEST_LOCALSTACK'] === '1' ? undefined : 'npm run test:localstack runs it',
    fires: false,
    params: {},
  },
] as const;

/** About how many messages wait in each queue, by its name without the prefix of the stack. */
async function waitingIn(env: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, number>> {
  const sqs = new SQSClient({
    endpoint: env['AWS_ENDPOINT_URL'] ?? '',
    region: env['AWS_REGION'] ?? '',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const prefix = env['CHORDAL_QUEUE_PREFIX'] ?? '';
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  const counts = await Promise.all(
    QueueUrls.map(async (QueueUrl) => {
      const asked = { QueueUrl, AttributeNames: ['ApproximateNumberOfMessages' as const] };
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(asked));
      const name = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1 + prefix.length);
      return [name, Number(Attributes['ApproximateNumberOfMessages'])] as const;
    }),
  );
  sqs.destroy();
  return new Map(counts);
}

function anyEnd(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Run> {
  return anyRun('node', ['--conditions=chordal-source', resolve('src/cli/main.ts'), ...args], { env });
}

describe.each(CLOUDS)('a stack on $name', ({ name, missing, fires, params }) => {
  describe.skipIf(missing !== undefined)(missing === undefined ? 'runs' : `(skipped: ${missing})`, () => {
    let end: () => Promise<void>;
    let project: ProjectFolder;
    let env: Readonly<Record<string, string>>;
    let deployedAt = 0;
    const run = async (...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> =>
      Object(JSON.parse((await chordal(args, env)).stdout));
    // The command ends with 1 for a task that is REVOKED.
    const stateOf = async (id: unknown): Promise<unknown> =>
      Object(JSON.parse((await anyEnd(['result', String(id)], env)).stdout)).state;
    const ticks = async (): Promise<readonly Tick[]> =>
      (await run('call', 'ticks', '--wait'))['value'] as readonly Tick[];

    beforeAll(async () => {
      const emulator = await openEmulator(name, undefined, () => {});
      if ('missing' in emulator) throw new Error(emulator.missing);
      end = emulator.stop;
      project = await copyProject(handlers);
      const stack = new DeployedStack(project.dir, emulator.env, 'dev', params);
      await stack.deploy();
      deployedAt = Date.now();
      env = await stack.callerEnv();
    }, 10 * minutes);

    afterAll(async () => {
      await project.remove();
      await end();
    }, minutes);

    test(
      'a paused function receives nothing until it is resumed, and what is purged meanwhile does not run',
      { timeout: 5 * minutes },
      async () => {
        expect(await run('call', 'count', 'a b', '--wait')).toEqual({ value: 2 });
        expect(await run('control', 'pause', 'count')).toMatchObject({ queue: 'ticks', receiving: false });
        // A batch that is being received goes on.
        await new Promise((done) => setTimeout(done, 5000));
        const [counted, kept] = [await run('call', 'count', 'a b'), await run('call', 'other')];
        await new Promise((done) => setTimeout(done, 5000));
        expect([await stateOf(counted['taskId']), await stateOf(kept['taskId'])]).toEqual(['PENDING', 'PENDING']);
        expect(await run('inspect', 'stats')).toMatchObject({ received: 0, dead: 0 });
        const purged = await run('purge', 'count', '--force');
        expect(purged).toMatchObject({ queue: 'ticks', tasks: ['count'] });
        expect(purged['waiting']).toBeGreaterThanOrEqual(2);
        const later = await run('call', 'count', 'a b c');

        expect(await run('control', 'resume', 'ticks')).toMatchObject({ receiving: true });
        await vi.waitFor(
          async () =>
            expect(await Promise.all([counted, kept, later].map(({ taskId }) => stateOf(taskId)))).toEqual([
              'REVOKED',
              'SUCCESS',
              'SUCCESS',
            ]),
          { timeout: minutes, interval: 1000 },
        );
      },
    );

    test(
      'a call of high priority waits in the queue beside that of its function, and runs',
      { timeout: 5 * minutes },
      async () => {
        const sent: Readonly<Record<string, unknown>>[] = [];
        await run('control', 'pause', 'ticks');
        try {
          // A batch that is being received goes on.
          await new Promise((done) => setTimeout(done, 5000));
          const before = await waitingIn(env);
          sent.push(await run('call', 'other', '--priority', '9'), await run('call', 'other', '--priority', 'high'));
          sent.push(await run('call', 'other', '--priority', '5'));
          const waiting = await waitingIn(env);
          const more = (queue: string): number => (waiting.get(queue) ?? 0) - (before.get(queue) ?? 0);
          expect(more('ticks-high')).toBe(2);
          // The schedule sends there, too.
          expect(more('ticks')).toBeGreaterThanOrEqual(1);
        } finally {
          await run('control', 'resume', 'ticks');
        }
        await vi.waitFor(
          async () => {
            const states = await Promise.all(sent.map(({ taskId }) => stateOf(taskId)));
            expect(states).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
          },
          { timeout: minutes, interval: 1000 },
        );
      },
    );

    test('a schedule is listed, and run by the command line', { timeout: 2 * minutes }, async () => {
      expect(await run('schedule', 'list')).toMatchObject({ schedule: 'minutely', when: 'rate(1 minute)' });
      const before = (await ticks()).length;
      expect(await run('schedule', 'run', 'minutely', '--wait')).toEqual({ value: 'second' });
      expect((await ticks()).length).toBeGreaterThanOrEqual(before + 2);
    });

    test.runIf(fires)('it fires, and each run is one workflow', { timeout: 5 * minutes }, async () => {
      const before = (await ticks()).length;
      await vi.waitFor(async () => expect((await ticks()).length).toBeGreaterThanOrEqual(before + 2), {
        timeout: 3 * minutes,
        interval: 5000,
      });
      const all = await ticks();
      for (const { id, scheduledTime } of all) expect(id).toMatch(new RegExp(`^minutely:${scheduledTime}(\\.0)?$`));
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect((await chordal(['dlq', 'list'], env)).stdout).toBe('');
    });

    // When this fails, the emulator fires schedules, and docs/emulators.md is to say so.
    test.skipIf(fires)('it does not fire by itself', { timeout: 5 * minutes }, async () => {
      const before = (await ticks()).length;
      const waitMs = Math.max(deployedAt + 100_000 - Date.now(), 65_000);
      await new Promise((done) => setTimeout(done, waitMs));
      expect((await ticks()).length).toBe(before);
    });
  });
});
