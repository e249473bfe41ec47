import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readLocalSettings, stageOf } from '../../src/deploy/local-settings.ts';
import { checkNamed } from '../../src/deploy/serverless-variables.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal, ownProject } from './cli-support.ts';

const yml = `
service: \${self:custom.name}
provider:
  name: aws
  stage: \${opt:stage, 'dev'}
  environment:
    PLAIN: text
    STAGE: \${sls:stage}
    NESTED: \${self:custom.\${sls:stage}.table, 'none'}
    JOINED: a-\${env:USER_NAME, "nobody"}-\${param:size}
    FROM_FILE: \${file(./settings.json):host}
    SECRET: \${ssm:/shop/stripe}
    DEFAULTED: \${ssm:/shop/other, 'local'}
    ARN: !GetAtt Topic.Arn
    NUMBER: 5
params:
  default: { timeout: 30, size: small }
  prod: { timeout: 90, size: large }
custom:
  name: shop
  dev: { table: dev-table }
  prod: { table: prod-table }
  functions:
    report: { timeout: '\${param:timeout}', memory: 1024, environment: { KEY: '\${ssm:/shop/key}', OWN: '\${env:USER_NAME}' } }
resources:
  Resources:
    Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub 'x-\${AWS::Region}' } }
`;

test('readLocalSettings() reads serverless.yml without the framework, and names what only AWS knows', async () => {
  const root = await temporaryFolder({ 'serverless.yml': yml, 'settings.json': '{ "host": "example.com" }' });
  const dev = await readLocalSettings(root, { environment: { USER_NAME: 'ann' } });
  const prod = await readLocalSettings(root, { environment: {}, stage: 'prod', service: 'other' });

  expect(dev).toMatchObject({ service: 'shop', stage: 'dev', standard: { timeoutSeconds: 30, memoryMb: 512 } });
  expect(dev.environment).toEqual({
    PLAIN: 'text',
    STAGE: 'dev',
    NESTED: 'dev-table',
    JOINED: 'a-ann-small',
    FROM_FILE: 'example.com',
    DEFAULTED: 'local',
    NUMBER: '5',
  });
  expect(dev.configs).toEqual({ report: { timeout: 30, memory: 1024, environment: { OWN: 'ann' } } });
  expect(dev.unknown).toEqual(expect.arrayContaining(['${ssm:/shop/stripe}', '${ssm:/shop/key}']));
  expect(prod).toMatchObject({ service: 'other', stage: 'prod', standard: { timeoutSeconds: 90 } });
  expect(prod.environment).toMatchObject({ NESTED: 'prod-table', JOINED: 'a-nobody-large' });
  expect(() => checkNamed(dev.configs, ['reports'])).toThrow(/Did you mean `reports`\?/);
});

test('a project without serverless.yml has the defaults, and this repository its own', async () => {
  const none = await readLocalSettings(await temporaryFolder(), { environment: {} });
  const own = await readLocalSettings('.', { environment: {} });

  expect(none).toEqual({ service: 'chordal', stage: 'dev', configs: {}, standard: {}, environment: {}, unknown: [] });
  expect(await readFile('serverless.yml', 'utf8')).toContain(`service: ${own.service}`);
  expect(own).toMatchObject({ stage: 'dev', standard: { timeoutSeconds: 60 }, configs: {} });
});

test('the stage is the given one, else that of serverless.yml, else dev', async () => {
  const root = await temporaryFolder({ 'serverless.yml': "provider: { stage: '${env:STAGE}' }\n" });

  expect(stageOf(root, { environment: { STAGE: 'qa' } })).toBe('qa');
  expect(stageOf(root, { environment: { STAGE: 'qa' }, stage: 'prod' })).toBe('prod');
  expect(stageOf(await temporaryFolder(), { environment: {} })).toBe('dev');
});

test.each([
  [
    'custom: { functions: { h: { memroy: 512 } } }',
    /memroy of custom\.functions\.h of serverless\.yml.*Did you mean `memory`/,
  ],
  ['params: { default: { timeout: soon } }', /the parameter timeout/],
  ['a: [', /Cannot read .*serverless\.yml/],
])('readLocalSettings() refuses %j', async (text, message) => {
  const root = await temporaryFolder({ 'serverless.yml': `service: shop\n${text}\n` });
  await expect(readLocalSettings(root, { environment: {} })).rejects.toThrow(message);
});

test('--local follows serverless.yml: names, variables, and settings of a function, below the shell’s variables', async () => {
  const handler = `
    import { createApp } from 'chordal';
    export const config = { environment: { FILE: 'file', ALL: 'file' } };
    const app = createApp('shop');
    const names = ['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'ALL', 'PROVIDER', 'FUNCTION', 'FILE', 'SHELL'];
    const look = app.task('look', () => names.map((name) => process.env[name] ?? null));
    export const handler = app.handler(look);
  `;
  const settings = `
service: shop
provider: { environment: { ALL: provider, PROVIDER: provider, SHELL: provider } }
custom: { functions: { h: { memory: 256, environment: { FUNCTION: function, SHELL: function } } } }
`;
  const cwd = await ownProject({ 'handlers/h.ts': handler, 'serverless.yml': settings });
  const { answers, stderr } = await chordal(['call', 'look', '--local', '--wait'], { cwd, env: { SHELL: 'shell' } });

  expect(stderr).not.toContain('Cannot');
  expect(answers).toEqual([{ value: ['shop-dev-h', '256', 'file', 'provider', 'function', 'file', 'shell'] }]);
}, 60_000);
