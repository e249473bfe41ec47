import { describe, expect, test } from 'vitest';
import { describeProject } from '../../../src/deploy/project.ts';
import type { Project } from '../../../src/deploy/project.ts';
import { extensions, serverlessFunctions } from '../../../src/deploy/stack/functions.ts';
import { outputs } from '../../../src/deploy/stack/outputs.ts';
import { checkPolicySizes } from '../../../src/deploy/stack/policy-sizes.ts';
import { NO_PROVIDER_SETTINGS, PROVIDER_KEYS, readProvider } from '../../../src/deploy/stack/provider.ts';
import { roles, sendingRole } from '../../../src/deploy/stack/roles.ts';
import { DEFAULT_SETTINGS, readSettings } from '../../../src/deploy/stack/settings.ts';

test('readSettings() reads what is given as text, and takes defaults for the rest', () => {
  expect(readSettings({}, 'test')).toEqual(DEFAULT_SETTINGS);
  expect(readSettings({ timeout: '30', tracing: 'true', retainData: false, submitAllow: ' add ' }, 'dev')).toEqual({
    ...DEFAULT_SETTINGS,
    timeout: 30,
    tracing: true,
    retainData: false,
    submitAllow: 'add',
  });
});

test('readSettings() lets submit start any task on dev, and the table be restored on prod, unless a parameter says otherwise', () => {
  expect(readSettings({}, 'dev')).toEqual({ ...DEFAULT_SETTINGS, submitAllow: '*' });
  expect(readSettings({}, 'prod')).toEqual({ ...DEFAULT_SETTINGS, tableRecovery: true });
  expect(readSettings({ submitAllow: '' }, 'dev')).toEqual(DEFAULT_SETTINGS);
});

test.each([
  [{ memory: 'much' }, 'Cannot use the parameter memory: expected a whole number, got "much"'],
  [{ timeout: '' }, 'Cannot use the parameter timeout: expected a whole number'],
  [{ timeout: 1.5 }, 'Cannot use the parameter timeout: expected a whole number, got 1.5'],
  [{ alarms: 'no' }, 'Cannot use the parameter alarms: expected true or false'],
  [{ submitAllow: 1 }, 'Cannot use the parameter submitAllow: expected a text'],
  [{ logRetention: 15 }, 'Cannot use the parameter logRetention: expected a number of days that CloudWatch takes'],
  [{ logLevel: 'loud' }, 'Cannot use the parameter logLevel: expected one of debug, info, warn, error, silent'],
  [{ payloadRetention: 30 }, 'at least 31 days, as results are kept for 30'],
  [{ messageAge: 1 }, 'at least 60 seconds'],
  [{ timeout: 4 }, 'at least 5 seconds'],
  [{ kmsKey: 'alias/mine' }, 'Cannot use the parameter kmsKey: expected the ARN of a KMS key'],
  [{ alarmTopic: 'mail' }, 'Cannot use the parameter alarmTopic: expected the ARN of an SNS topic'],
])('readSettings() refuses %j', (given, message) => {
  expect(() => readSettings(given, 'dev')).toThrow(message);
});

test('a function has the level of its own for its log, and Lambda lets the lines of that level pass', () => {
  const project = describeProject({
    service: 'shop',
    stage: 'dev',
    functions: [
      { name: 'loud', file: 'handlers/loud.ts', environment: { CHORDAL_LOG_LEVEL: 'debug' } },
      { name: 'quiet', file: 'handlers/quiet.ts', environment: { CHORDAL_LOG_LEVEL: 'info' } },
      { name: 'late', file: 'handlers/late.ts', environment: { CHORDAL_LOG_LEVEL: { Ref: 'Level' } } },
      { name: 'plain', file: 'handlers/plain.ts' },
    ],
  });
  const levelsWith = (logLevel: string, ofAll: Readonly<Record<string, string>> = {}) => {
    const provider = { ...NO_PROVIDER_SETTINGS, environment: ofAll };
    const parts = { project, provider, settings: { ...DEFAULT_SETTINGS, logLevel }, routes: {} };
    const made = Object(extensions(parts));
    const functions = Object.entries(serverlessFunctions(parts, { bundleDir: 'build' })).slice(0, 4);
    return functions.map(([name, one]) => {
      const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
      return [Object(one['environment']).CHORDAL_LOG_LEVEL, made[id].Properties.LoggingConfig?.ApplicationLogLevel];
    });
  };
  const own = [
    ['debug', 'DEBUG'],
    ['info', undefined],
    [{ Ref: 'Level' }, 'DEBUG'],
  ];
  expect(levelsWith('warn')).toEqual([...own, ['warn', undefined]]);
  expect(levelsWith('debug')).toEqual([...own, ['debug', 'DEBUG']]);
  expect(levelsWith('info', { CHORDAL_LOG_LEVEL: 'debug' })).toEqual([...own, ['debug', 'DEBUG']]);
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

describe('a setting that AWS would refuse is refused before', () => {
  const projectOf = (count: number, extra: object = {}): Project =>
    describeProject({
      service: 'shop',
      stage: 'dev',
      functions: Array.from({ length: count }, (_, index) => ({
        name: `handler-${index}`,
        file: `handlers/handler-${index}.ts`,
        ...extra,
      })),
    });
  const deploying = (project: Project, settings = DEFAULT_SETTINGS) =>
    serverlessFunctions.bind(undefined, { project, settings, routes: {} }, { bundleDir: '.chordal/build' });

  test('variables above 4 KB, with the largest of them', () => {
    expect(deploying(projectOf(1, { environment: { BIG: 'x'.repeat(4000), SMALL: 'y' } }))).toThrow(
      /Cannot deploy the function shop-dev-handler-0: its variables take \d+ bytes, and Lambda takes 4096\. The largest is BIG \(4003 bytes\)/,
    );
    expect(deploying(projectOf(1), { ...DEFAULT_SETTINGS, submitAllow: 'task-name,'.repeat(400) })).toThrow(
      /Cannot deploy the function shop-dev-submit: .*Shorten the parameter submitAllow by patterns/,
    );
    expect(deploying(projectOf(1, { environment: { BIG: 'x'.repeat(3000) } }))).not.toThrow();
  });

  test('a policy that names more queues than it can hold names their prefix instead', () => {
    const policyOf = (count: number): string =>
      JSON.stringify(roles({ project: projectOf(count), settings: DEFAULT_SETTINGS, routes: {} })['CallerPolicy']);
    expect(policyOf(10)).toContain('Handler');
    expect(policyOf(10)).not.toContain(':shop-dev-*');
    expect(policyOf(70)).toContain(':shop-dev-*');
    expect(policyOf(70).length).toBeLessThan(6144);
  });

  test('policies that IAM would refuse, with the largest statement', () => {
    const buckets = (count: number) =>
      Array.from({ length: count }, (_, index) => `arn:aws:s3:::reports-of-the-year-${2000 + index}/*`);
    const checking = (count: number, handlers = 1) => {
      const permissions = [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: buckets(count) }] as const;
      const project = projectOf(handlers, { permissions });
      const parts = { project, settings: DEFAULT_SETTINGS, routes: {} };
      const targets = project.functions.map(({ handler }) => handler);
      const all = { ...roles(parts), RoleOfRuns: sendingRole(parts, 'shop-dev-runs', targets) };
      return checkPolicySizes.bind(undefined, all, project);
    };
    expect(checking(300)).toThrow(
      /^Cannot deploy the function shop-dev-handler-0: its policies take \d+ characters, and IAM takes 10240\. The largest statement \(1\d{4} characters\) allows s3:GetObject\. Name fewer resources/,
    );
    expect(checking(180)).not.toThrow();
    // The queues of many handlers are named by their prefix, so no role grows with them.
    expect(checking(0, 150)).not.toThrow();
  });

  test('a role, a network, a level and a name that functions with roles of their own cannot have', () => {
    // A key for each.
    const given = Object.fromEntries(PROVIDER_KEYS.map((key) => [key, undefined])) as Parameters<
      typeof readProvider
    >[0];
    expect(() => readProvider({ ...given, role: 'arn:aws:iam::1:role/x' })).toThrow(
      /Cannot use provider\.role of serverless\.yml .*each function has a role of its own/,
    );
    expect(() => readProvider({ ...given, iam: { role: { 'Fn::GetAtt': ['R', 'Arn'] } } })).toThrow(
      /provider\.iam\.role/,
    );
    expect(() => readProvider({ ...given, iam: { role: { name: 'x' } } })).toThrow(/provider\.iam\.role\.name/);
    expect(() => readProvider({ ...given, environment: { CHORDAL_LOG_LEVEL: 'verbose' } })).toThrow(
      /CHORDAL_LOG_LEVEL of provider\.environment of serverless\.yml: expected one of debug, .*, got "verbose"/,
    );
    expect(() => readProvider({ ...given, vpc: { subnetIds: ['s'] } })).toThrow(
      /needs both securityGroupIds and subnetIds/,
    );
  });
});
