import { expect, test } from 'vitest';
import { describeProject } from '../../../src/deploy/project.ts';
import { outputs } from '../../../src/deploy/stack/outputs.ts';
import { DEFAULT_SETTINGS, readSettings } from '../../../src/deploy/stack/settings.ts';

test('readSettings() reads what is given as text, and takes defaults for the rest', () => {
  expect(readSettings({})).toEqual(DEFAULT_SETTINGS);
  expect(readSettings({ timeout: '30', tracing: 'true', retainData: false, submitAllow: ' add ' })).toEqual({
    ...DEFAULT_SETTINGS,
    timeout: 30,
    tracing: true,
    retainData: false,
    submitAllow: 'add',
  });
});

test.each([
  [{ memory: 'much' }, 'Cannot use the parameter memory as a whole number: current value is "much"'],
  [{ timeout: '' }, 'Cannot use the parameter timeout as a whole number'],
  [{ timeout: 1.5 }, 'Cannot use the parameter timeout as a whole number: current value is 1.5'],
  [{ alarms: 'no' }, 'Cannot use the parameter alarms as true or false'],
  [{ submitAllow: 1 }, 'Cannot use the parameter submitAllow as a text'],
  [{ logRetention: 15 }, 'Cannot use the parameter logRetention as a number of days that CloudWatch takes'],
  [{ logLevel: 'loud' }, 'Cannot use the parameter logLevel as one of debug, info, warn, error, silent'],
  [{ payloadRetention: 15 }, 'at least 16 days, as results are kept for 15'],
  [{ messageAge: 1 }, 'at least 60 seconds'],
  [{ kmsKey: 'alias/mine' }, 'Cannot use the parameter kmsKey as the ARN of a KMS key'],
  [{ alarmTopic: 'mail' }, 'Cannot use the parameter alarmTopic as the ARN of an SNS topic'],
])('readSettings() refuses %j', (given, message) => {
  expect(() => readSettings(given)).toThrow(message);
});

test('routes that are too long for an output are left to the file beside the bundles', () => {
  const project = describeProject({
    service: 'shop',
    stage: 'dev',
    functions: [{ name: 'math', file: 'handlers/math.ts' }],
  });
  const routes = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`task-${index}`, 'math']));
  const made = outputs({ project, settings: DEFAULT_SETTINGS, routes });

  expect(made).not.toHaveProperty('ChordalRoutes');
  expect(JSON.stringify(made)).not.toContain('task-0');
});
