import { createApp } from 'chordal';
import { describe, expect, it } from 'vitest';
import { withHigh } from '../../../src/core/protocol/priority.ts';
import { describeProject } from '../../../src/deploy/project.ts';
import { schedulesOf } from '../../../src/deploy/schedules.ts';
import { alarms } from '../../../src/deploy/stack/alarms.ts';
import { extensions, serverlessFunctions } from '../../../src/deploy/stack/functions.ts';
import { roles } from '../../../src/deploy/stack/roles.ts';
import { schedules } from '../../../src/deploy/stack/schedules.ts';
import { DEFAULT_SETTINGS } from '../../../src/deploy/stack/settings.ts';
import { storage } from '../../../src/deploy/stack/storage.ts';

const functions = [
  { name: 'math', file: 'handlers/math.ts', timeoutSeconds: 30, batchSize: 5, pollers: { min: 2, max: 4 } },
  { name: 'text', file: 'handlers/text.ts' },
];
const project = describeProject({ service: 'shop', stage: 'dev', functions, high: ['math'] });
const parts = { project, settings: { ...DEFAULT_SETTINGS, alarms: true }, routes: {} };

describe('a handler with a queue for high priority', () => {
  it('has a second queue with the settings of the first, in the project', () => {
    const [math, text] = project.functions;
    const { eventSource } = math ?? {};
    expect(math?.highSource).toEqual({
      ...eventSource,
      queue: { ...eventSource?.queue, name: 'shop-dev-math-high' },
    });
    expect(text?.highSource).toBeUndefined();
  });

  it('has the queue in the template, with the dead-letter queue behind it', () => {
    const made = storage(parts);
    const { MathQueue: own, HighQueueOfMath: high } = made;
    expect(high).toEqual({ ...own, Properties: { ...own?.Properties, QueueName: 'shop-dev-math-high' } });
    expect(Object.keys(made).filter((id) => id.includes('HighQueue'))).toEqual(['HighQueueOfMath']);
  });

  it('has an event source mapping for each, with pollers of its own', () => {
    const { math, text } = serverlessFunctions(parts, { bundleDir: 'build' });
    const event = (queue: string) => ({
      sqs: {
        arn: { 'Fn::GetAtt': [queue, 'Arn'] },
        batchSize: 5,
        maximumBatchingWindow: 0,
        functionResponseType: 'ReportBatchItemFailures',
      },
    });
    expect(math?.['events']).toEqual([event('MathQueue'), event('HighQueueOfMath')]);
    expect(text?.['events']).toHaveLength(1);
    const pollers = { Properties: { ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 4 } } };
    expect(extensions(parts)).toMatchObject({
      MathEventSourceMappingSQSMathQueue: pollers,
      MathEventSourceMappingSQSHighQueueOfMath: pollers,
    });
  });

  it('may receive from it, and each sender may send to it', () => {
    const { MathRole: math, TextRole: text, SubmitRole: submit, RoleOfScheduler: held } = roles(parts);
    const high = '{"Fn::GetAtt":["HighQueueOfMath","Arn"]}';
    const statement = (role: unknown, action: string): string =>
      JSON.stringify(role)
        .split('{"Effect"')
        .find((one) => one.includes(`"sqs:${action}"`)) ?? '';
    expect(statement(math, 'ReceiveMessage')).toContain(high);
    expect(statement(text, 'ReceiveMessage')).not.toContain(high);
    for (const role of [math, text, submit, held]) expect(statement(role, 'SendMessage')).toContain(high);
  });

  it('has an alarm of the age of its messages', () => {
    const made = alarms(parts);
    expect(JSON.stringify(made['AgeAlarmOfHighMath'])).toContain('"Value":"shop-dev-math-high"');
    expect(Object.keys(made).filter((id) => id.startsWith('AgeAlarmOfHigh'))).toEqual(['AgeAlarmOfHighMath']);
  });

  it('is refused beside a handler of the name of its queue', () => {
    const taken = [...functions, { name: 'math-high', file: 'handlers/math-high.ts' }];
    expect(() => describeProject({ service: 'shop', stage: 'dev', functions: taken, high: ['math'] })).toThrow(
      'Cannot name a function after handlers/math-high.ts: its queue would be that of math for high priority. Rename the file.',
    );
    expect(describeProject({ service: 'shop', stage: 'dev', functions: taken }).functions).toHaveLength(3);
  });

  it('gets the runs of schedules of its tasks of high priority', () => {
    const app = createApp('scheduled');
    const urgent = app.task('urgent', { priority: 'high' }, () => 1);
    const usual = app.task('usual', () => 1);
    app.schedule('one', { every: 60 }, urgent.s());
    app.schedule('two', { every: 60 }, usual.s());
    app.schedule('three', { every: 60 }, usual.s().set({ priority: 7 }));
    const handler = app.handler(urgent, usual);
    expect(handler.high).toEqual(['urgent']);
    const loaded = {
      name: 'math',
      tasks: handler.tasks,
      timeLimits: {},
      schedules: handler.schedules ?? [],
      externalQueues: [],
    };
    const found = schedulesOf([loaded], functions, { urgent: 'math', usual: 'math' }, { math: ['urgent'] });
    expect(found.map(({ name, queue }) => [name, queue])).toEqual([
      ['one', 'math-high'],
      ['two', 'math'],
      ['three', 'math-high'],
    ]);
    const made = schedules({ ...parts, schedules: found }, 0);
    expect(made['RunOfOne']?.Properties).toMatchObject({
      Target: { Arn: { 'Fn::GetAtt': ['HighQueueOfMath', 'Arn'] } },
    });
    expect(made['RunOfTwo']?.Properties).toMatchObject({ Target: { Arn: { 'Fn::GetAtt': ['MathQueue', 'Arn'] } } });
    expect(JSON.stringify(made['RoleOfRuns'])).toContain('HighQueueOfMath');
  });

  it('is in the routes beside the tasks, which stay as they are', () => {
    const routes = withHigh({ add: 'math' }, { math: ['urgent'] });
    expect(routes).toEqual({ add: 'math', '#high-queue:math': 'math-high', '#high-task:urgent': 'math-high' });
  });
});
