import { chain, createApp, group, range } from 'chordal';
import { afterEach, expect, test, vi } from 'vitest';
import { describeProject } from '../../src/deploy/project.ts';
import { roles } from '../../src/deploy/stack/roles.ts';
import { DEFAULT_SETTINGS } from '../../src/deploy/stack/settings.ts';
import { startChordal } from '../integration/cli-support.ts';
import { actionsOf } from './support/calls.ts';
import { statementsOf } from './support/template.ts';

afterEach(() => void vi.unstubAllEnvs());

test('the roles of submit and result allow each call that they make, on the embedded cloud, which allows all', async () => {
  const dev = startChordal(['dev', '--json', '--aws', 'embedded']);
  const { env }: { env: Record<string, string> } = JSON.parse(await dev.answer);
  for (const [name, value] of Object.entries({ ...env, CHORDAL_SUBMIT_ALLOW: '*' })) vi.stubEnv(name, value);
  const functions = [await import('../../src/lambda/submit.ts'), await import('../../src/lambda/result.ts')] as const;
  const context = { getRemainingTimeInMillis: () => 30_000 };
  const submit = (request: unknown) => functions[0].handler(request, context);
  const result = (request: unknown) => functions[1].handler(request, context);
  const ids: string[] = [];
  const submitAll = async (): Promise<void> => {
    for (const [index, canvas] of canvases().entries()) {
      const answer = await submit({ canvas: canvas.toJSON(), options: index === 0 ? { countdown: 5000 } : {} });
      ids.push('taskId' in answer ? answer.taskId : JSON.stringify(answer));
    }
    await submit({ canvas: canvases()[0]?.toJSON(), options: { taskId: 'once' } });
    const window = { key: 'k', seconds: 1000 };
    for (const options of [{ debounce: window }, { throttle: window }])
      for (const _ of [1, 2]) await submit({ canvas: canvases()[0]?.toJSON(), options });
  };
  const readAll = async (): Promise<void> => {
    for (const taskId of ids.slice(1)) expect(await result({ taskId, wait: 20 })).toMatchObject({ state: 'SUCCESS' });
    await result({ taskId: 'nobody' });
  };

  const submitting = await actionsOf(submitAll);
  const reading = await actionsOf(readAll);

  // The calls are seen: among them those of large canvases and values.
  expect(submitting).toContain('s3:GetObject b');
  expect(submitting).toContain('scheduler:CreateSchedule');
  expect(submitting).toContain('dynamodb:Query $debounce');
  expect(reading).toContain('s3:GetObject v');
  expect([...submitting].filter((action) => !allowed('SubmitRole').has(action))).toEqual([]);
  expect([...reading].filter((action) => !allowed('ResultRole').has(action))).toEqual([]);
}, 120_000);

// --- internal ---

function canvases() {
  const app = createApp('caller');
  const identity = (value: unknown) => app.signature('identity', { args: [value] });
  return [
    identity(1),
    identity('x'.repeat(100_000)),
    chain(identity(0), ...range(300).map(() => app.signature('identity', { args: ['a step'], immutable: true }))),
    group(range(9).map((i) => identity(`${i}${'x'.repeat(1500)}`))),
    group(range(50).map((i) => identity(i))),
  ];
}

/** The actions that a role allows, in the form of {@link actionsOf}. */
function allowed(role: string): ReadonlySet<string> {
  const functions = [{ name: 'text', file: 'handlers/text.ts' }];
  const project = describeProject({ service: 'chordal', stage: 'dev', functions });
  const template = { Resources: roles({ project, settings: DEFAULT_SETTINGS, routes: {} }), Outputs: {} };
  return new Set(
    statementsOf(template, role).flatMap(({ Action, Resource, Condition }) => {
      const folders = [...JSON.stringify(Resource).matchAll(/\/(\w)\/\*/g)].map(([, folder]) => folder);
      const isObject = folders.length > 0 && [Action].flat().every((action) => /^s3:.*Object$/.test(action));
      const [, partition] = /LeadingKeys":\["(\$\w+)\/\*"\]/.exec(JSON.stringify(Condition) ?? '') ?? [];
      if (partition !== undefined) return [Action].flat().map((action) => `${action} ${partition}`);
      return [Action]
        .flat()
        .flatMap((action) => (isObject ? folders.map((folder) => `${action} ${folder}`) : [action]));
    }),
  );
}
