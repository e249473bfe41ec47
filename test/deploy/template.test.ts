import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeProject } from '../../src/deploy/project.ts';
import { frameworkResources } from '../../src/deploy/stack/resource-count.ts';
import { ACTIONS_OF_TOOLS, ACTIONS_OF_TYPES, documentedRights } from './support/deployer-rights.ts';
import { copyProject } from './support/project-folder.ts';
import type { ProjectFolder } from './support/project-folder.ts';
import { runWell } from './support/run.ts';
import { propertiesOf, resourcesOf, statementsOf } from './support/template.ts';
import type { Template } from './support/template.ts';

const key = 'arn:aws:kms:us-east-1:123456789012:key/abc';
const topic = 'arn:aws:sns:us-east-1:123456789012:alarms';
const handlers = ['canvas', 'math', 'text', 'trouble'];
const names = [...handlers, 'bury', 'submit', 'result'];
const logical = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

const mathHandler = `
import { createApp } from 'chordal';
import type { FunctionConfig } from 'chordal/deploy';
if (process.env.STRIPE_KEY !== 'sk_test' || process.env.REPORTS !== 'reports') throw new Error('not set');
const app = createApp('own');
export const config = {
  timeout: 30,
  environment: { REPORTS: 'reports', LIMIT: 5 },
  permissions: [{ Effect: 'Allow', Action: 's3:GetObjectVersion', Resource: 'arn:aws:s3:::reports/x' }],
  vpc: false,
  layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:fonts:3'],
  reserved: 20,
  architecture: 'x86_64',
} satisfies FunctionConfig;
export const handler = app.handler(app.task('add', (x: number, y: number) => x + y));
`;
const textHandler = mathHandler
  .replace(/export const config[^]*?;\n/, '')
  .replace(" || process.env.REPORTS !== 'reports'", '')
  .replace("'add'", "'log', { priority: 'high' }");

let project: ProjectFolder;
/** The parameters of a stage that sets none. */
let plain: Template;
/** With every switch on. */
let full: Template;

beforeAll(async () => {
  project = await copyProject();
  plain = await packaged('test', []);
  const params = {
    timeout: 120,
    batchWindow: 5,
    concurrency: 20,
    batchSize: 5,
    kmsKey: key,
    alarmTopic: topic,
    tracing: true,
    tableRecovery: true,
    logLevel: 'debug',
    metrics: false,
  };
  full = await packaged(
    'full',
    Object.entries(params).map(([name, value]) => `--param=${name}=${value}`),
  );
}, 180_000);
afterAll(() => project.remove());

test('every handler is a function with a queue of its own, and one of the runtime, the processor and the log level that is deployed', () => {
  const functions = resourcesOf(plain, 'AWS::Lambda::Function');
  expect(functions.map(({ properties }) => properties['FunctionName'])).toEqual(
    names.map((name) => `chordal-test-${name}`),
  );
  for (const { properties } of functions) {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 60,
      MemorySize: 512,
      RecursiveLoop: 'Allow',
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' },
    });
  }
  expect(resourcesOf(plain, 'AWS::Logs::LogGroup').map(({ properties }) => properties['RetentionInDays'])).toEqual(
    names.map(() => 14),
  );
});

test('the log level of functions follows the parameter, and Lambda lets their lines pass', () => {
  for (const { properties } of resourcesOf(full, 'AWS::Lambda::Function')) {
    expect(properties['LoggingConfig']).toEqual({
      LogFormat: 'JSON',
      ApplicationLogLevel: 'DEBUG',
      SystemLogLevel: 'WARN',
    });
  }
  expect(environmentOf(full, 'MathLambdaFunction')['CHORDAL_LOG_LEVEL']).toBe('debug');
});

test('functions that are fed by a queue print metrics, unless a stage wants none', () => {
  const metered = (template: Template): readonly string[] =>
    names.filter((name) => environmentOf(template, `${logical(name)}LambdaFunction`)['CHORDAL_METRICS'] === 'true');
  expect(metered(plain)).toEqual([...handlers, 'bury']);
  expect(metered(full)).toEqual([]);
});

test('a queue is read in batches, and parts of a batch may fail', () => {
  for (const name of [...handlers, 'bury']) {
    const queue = `${name === 'bury' ? 'Dead' : logical(name)}Queue`;
    const mapping = propertiesOf(plain, `${logical(name)}EventSourceMappingSQS${queue}`);
    expect(mapping).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping).not.toHaveProperty('FilterCriteria');
  }
  expect(propertiesOf(full, 'MathEventSourceMappingSQSMathQueue')).toMatchObject({
    BatchSize: 5,
    MaximumBatchingWindowInSeconds: 5,
    ScalingConfig: { MaximumConcurrency: 20 },
  });
});

test("a message stays hidden for at least six times its function's timeout, and is given up after 50 receives", () => {
  for (const template of [plain, full]) {
    for (const name of handlers) {
      const queue = propertiesOf(template, `${logical(name)}Queue`);
      const { Timeout } = propertiesOf(template, `${logical(name)}LambdaFunction`);
      expect(queue['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * Number(Timeout));
      expect(queue['RedrivePolicy']).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': ['DeadQueue', 'Arn'] },
        maxReceiveCount: 50,
      });
    }
  }
});

test('a dead letter outlives the queue that it came from', () => {
  for (const name of handlers)
    expect(propertiesOf(plain, `${logical(name)}Queue`)['MessageRetentionPeriod']).toBe(10 * 86_400);
  expect(propertiesOf(plain, 'DeadQueue')).toMatchObject({
    MessageRetentionPeriod: 14 * 86_400,
    QueueName: 'chordal-test-dead',
  });
  expect(propertiesOf(plain, 'DeadQueue')).not.toHaveProperty('RedrivePolicy');
});

test('the table is paid by request, expires its items, can be restored by a switch, and stays', () => {
  expect(plain.Resources['Table']).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'x', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    },
  });
  expect(propertiesOf(full, 'Table')).toMatchObject({
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  // A resource that outlives its stack must not block the next stack.
  expect(propertiesOf(plain, 'Table')).not.toHaveProperty('TableName');
  expect(propertiesOf(plain, 'Bucket')).not.toHaveProperty('BucketName');
});

test('the bucket is private, expires its objects, and stays', () => {
  expect(plain.Resources['Bucket']).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
  expect(propertiesOf(plain, 'Bucket')).toMatchObject({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: { Rules: [expect.objectContaining({ Status: 'Enabled', ExpirationInDays: 90 })] },
  });
});

describe('encryption at rest', () => {
  test('is with keys of AWS by default', () => {
    for (const { properties } of resourcesOf(plain, 'AWS::SQS::Queue'))
      expect(properties['SqsManagedSseEnabled']).toBe(true);
    expect(JSON.stringify(propertiesOf(plain, 'Bucket')['BucketEncryption'])).toContain('AES256');
    expect(JSON.stringify(plain)).not.toContain('kms');
  });

  test('is with a key of yours, everywhere, where one is given, and only roles that need it may use it', () => {
    for (const { properties } of resourcesOf(full, 'AWS::SQS::Queue')) expect(properties['KmsMasterKeyId']).toBe(key);
    for (const { properties } of resourcesOf(full, 'AWS::Lambda::Function')) expect(properties['KmsKeyArn']).toBe(key);
    expect(propertiesOf(full, 'Table')['SSESpecification']).toEqual({
      SSEEnabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: key,
    });
    expect(JSON.stringify(propertiesOf(full, 'Bucket')['BucketEncryption'])).toContain(key);
    for (const name of names) expect(allowedTo(full, `${logical(name)}Role`)).toContain('kms:Decrypt');
    expect(allowedTo(full, 'MathRole')).toContain('kms:GenerateDataKey');
    expect(allowedTo(full, 'ResultRole')).not.toContain('kms:GenerateDataKey');
  });
});

describe('the rights of roles', () => {
  test('names each action, and each resource where there are any', () => {
    for (const template of [plain, full]) {
      for (const { Effect, Action, Resource } of statementsOf(template)) {
        if (Effect === 'Deny') continue;
        for (const action of [Action].flat()) expect(action).not.toContain('*');
        const isXRay = [Action].flat().every((action) => action.startsWith('xray:'));
        for (const resource of [Resource].flat()) expect(resource === '*').toBe(isXRay);
      }
    }
  });

  test('is to send to all queues, and to receive from the one queue of its own', () => {
    const receiving = statementsOf(plain, 'MathRole').filter(({ Action }) => Action.includes('sqs:ReceiveMessage'));
    expect(receiving.map(({ Resource }) => Resource)).toEqual([{ 'Fn::GetAtt': ['MathQueue', 'Arn'] }]);
    expect(allowedTo(plain, 'MathRole')).toEqual(
      [
        ...['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action}`),
        'iam:PassRole',
        ...['CreateLogStream', 'PutLogEvents'].map((action) => `logs:${action}`),
        ...['GetObject', 'ListBucket', 'PutObject'].map((action) => `s3:${action}`),
        'scheduler:CreateSchedule',
        ...[
          'ChangeMessageVisibility',
          'DeleteMessage',
          'GetQueueAttributes',
          'GetQueueUrl',
          'ReceiveMessage',
          'SendMessage',
        ].map((action) => `sqs:${action}`),
      ].toSorted(),
    );
  });

  test('is less for submit, which receives nothing, and for result, which reads, and commits REVOKED as the first reader', () => {
    expect(allowedTo(plain, 'SubmitRole')).not.toContain('sqs:ReceiveMessage');
    // It reads the blocks that it has written, and no values.
    expect(JSON.stringify(statementsOf(plain, 'SubmitRole'))).not.toContain('}/v/*');
    // It looks for windows of debounced calls, and lists nothing else.
    const querying = statementsOf(plain, 'SubmitRole').filter(({ Action }) => Action.includes('dynamodb:Query'));
    expect(querying).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:Query'],
        Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['$debounce/*'] } },
      },
    ]);
    expect(allowedTo(plain, 'ResultRole')).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:ListBucket',
    ]);
  });

  test('includes X-Ray only where it is on', () => {
    expect(JSON.stringify(plain)).not.toMatch(/xray:|TracingConfig/);
    expect(allowedTo(full, 'MathRole')).toContain('xray:PutTraceSegments');
    expect(propertiesOf(full, 'MathLambdaFunction')['TracingConfig']).toEqual({ Mode: 'Active' });
  });

  test('of the Scheduler is only for schedules of this stack', () => {
    const { AssumeRolePolicyDocument } = propertiesOf(plain, 'RoleOfScheduler');
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceArn': { 'Fn::Sub': expect.stringMatching(/:schedule-group\/chordal-test$/) } },
          },
        },
      ],
    });
  });
});

test('there are alarms on dead letters, on messages that wait or come back, on errors and on failures, and they notify the given topic', () => {
  const text = JSON.stringify(resourcesOf(plain, 'AWS::CloudWatch::Alarm'));
  const metrics = [...text.matchAll(/"MetricName":"(\w+)"/g)].map(([, metric = '']) => metric);
  expect(
    Object.fromEntries([...new Set(metrics)].map((metric) => [metric, metrics.filter((one) => one === metric).length])),
  ).toEqual({
    DeadLetters: 1,
    ApproximateNumberOfMessagesVisible: 1,
    ApproximateNumberOfMessagesNotVisible: 1,
    ApproximateAgeOfOldestMessage: handlers.length,
    Errors: names.length,
    Returned: 1,
    Failures: 1,
    Runs: 1,
  });
  for (const { properties } of resourcesOf(plain, 'AWS::CloudWatch::Alarm'))
    expect(properties).not.toHaveProperty('AlarmActions');
  for (const { properties } of resourcesOf(full, 'AWS::CloudWatch::Alarm'))
    expect(properties['AlarmActions']).toEqual([topic]);
});

test('submit may submit nothing, until a stage says what', () => {
  expect(environmentOf(plain, 'SubmitLambdaFunction')['CHORDAL_SUBMIT_ALLOW']).toBe('');
  expect(environmentOf(plain, 'MathLambdaFunction')).not.toHaveProperty('CHORDAL_SUBMIT_ALLOW');
});

test('the outputs have the environment of a caller, whole and in parts', () => {
  const { Outputs } = plain;
  expect(Outputs['ChordalTable']?.Value).toEqual({ Ref: 'Table' });
  expect(Outputs['ChordalQueuePrefix']?.Value).toBe('chordal-test-');
  expect(JSON.parse(String(Outputs['ChordalRoutes']?.Value))).toMatchObject({ add: 'math', log: 'text' });
  expect(JSON.stringify(Outputs['CallerEnvironment']?.Value)).toContain('CHORDAL_ROUTES');
  expect(Outputs['CallerPolicyArn']?.Value).toEqual({ Ref: 'CallerPolicy' });
});

describe('the settings of a project for its functions', () => {
  const boundary = 'arn:aws:iam::123456789012:policy/boundary';
  let own: Template;

  beforeAll(async () => {
    const yml = await readFile('serverless.yml', 'utf8');
    const provider = [
      'provider:',
      '  environment: { STRIPE_KEY: sk_test, NODE_OPTIONS: --no-warnings }',
      '  vpc: { securityGroupIds: [sg-1], subnetIds: [subnet-1] }',
      '  iam:',
      '    role:',
      `      permissionsBoundary: ${boundary}`,
      '      managedPolicies: ["arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"]',
      '      statements: [{ Effect: Allow, Action: ["ses:SendEmail"], Resource: "*" }]',
    ];
    const folder = await copyProject({
      'serverless.yml': yml
        .replace('provider:', provider.join('\n'))
        .replace(
          'functions: {}',
          'functions: { math: { timeout: 600, memory: 2048, batchSize: 1, pollers: { min: 2, max: 2 } } }',
        )
        .replace('functions: ${', 'functions:\n  - ${')
        .replace(
          '\nresources:',
          "\n  - api: { handler: own/api.handler, environment: '${file(./infra/stack.js):callerEnvironment}' }\n\nresources:",
        )
        .replace("meta.json'\n", "meta.json'\n    - 'own/**'\n"),
      'own/api.js': 'export const handler = async () => 1;',
      'handlers/math.ts': mathHandler,
      'handlers/text.ts': textHandler,
    });
    own = await packaged('own', [], folder.dir);
    await folder.remove();
  }, 120_000);

  test('by custom.functions goes before what stands in the file', () => {
    expect(propertiesOf(own, 'MathLambdaFunction')).toMatchObject({ Timeout: 600, MemorySize: 2048 });
    expect(propertiesOf(own, 'MathQueue')['VisibilityTimeout']).toBe(3600);
    expect(propertiesOf(own, 'MathEventSourceMappingSQSMathQueue')).toMatchObject({
      BatchSize: 1,
      ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 2 },
    });
    expect(propertiesOf(own, 'TextEventSourceMappingSQSTextQueue')).not.toHaveProperty('ProvisionedPollerConfig');
    expect(propertiesOf(own, 'TextLambdaFunction')).toMatchObject({ Timeout: 60 });
  });

  test('by the config of a handler is what its function has', () => {
    expect(propertiesOf(own, 'MathLambdaFunction')).toMatchObject({
      ReservedConcurrentExecutions: 20,
      Architectures: ['x86_64'],
      Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:fonts:3'],
    });
    expect(propertiesOf(own, 'MathLambdaFunction')).not.toHaveProperty('VpcConfig');
    expect(environmentOf(own, 'MathLambdaFunction')).toMatchObject({
      REPORTS: 'reports',
      LIMIT: '5',
      STRIPE_KEY: 'sk_test',
      CHORDAL_TABLE: { Ref: 'Table' },
    });
    expect(environmentOf(own, 'TextLambdaFunction')).not.toHaveProperty('REPORTS');
    expect(allowedTo(own, 'MathRole')).toContain('s3:GetObjectVersion');
    expect(allowedTo(own, 'TextRole')).not.toContain('s3:GetObjectVersion');
  });

  test('by provider.iam holds for each function of a handler, and for none of the system', () => {
    for (const name of ['Math', 'Text']) {
      expect(allowedTo(own, `${name}Role`)).toContain('ses:SendEmail');
      expect(propertiesOf(own, `${name}Role`)['ManagedPolicyArns']).toContain(
        'arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess',
      );
    }
    expect(allowedTo(own, 'SubmitRole')).not.toContain('ses:SendEmail');
    for (const { properties } of resourcesOf(own, 'AWS::IAM::Role'))
      expect(properties['PermissionsBoundary']).toBe(boundary);
  });

  test('by provider.vpc gives each function the network and the rights for it, unless it has none', () => {
    const right = { 'Fn::Sub': expect.stringContaining('AWSLambdaVPCAccessExecutionRole') };
    expect(propertiesOf(own, 'TextLambdaFunction')['VpcConfig']).toEqual({
      SecurityGroupIds: ['sg-1'],
      SubnetIds: ['subnet-1'],
    });
    expect(propertiesOf(own, 'TextRole')['ManagedPolicyArns']).toContainEqual(right);
    expect(propertiesOf(own, 'SubmitRole')['ManagedPolicyArns']).toEqual([right]);
    expect(propertiesOf(own, 'MathRole')['ManagedPolicyArns']).not.toContainEqual(right);
  });

  test('is there when its handlers are loaded, which would fail without it', () => {
    expect(propertiesOf(own, 'MathLambdaFunction')['FunctionName']).toBe('chordal-own-math');
  });

  test('leaves room for functions of its own, which have the environment and the rights of a caller', () => {
    expect(propertiesOf(own, 'ApiLambdaFunction')['Handler']).toBe('own/api.handler');
    expect(environmentOf(own, 'ApiLambdaFunction')).toMatchObject({
      CHORDAL_TABLE: { Ref: 'Table' },
      CHORDAL_QUEUE_PREFIX: 'chordal-own-',
      CHORDAL_ROUTES: expect.stringContaining('"add":"math"'),
      STRIPE_KEY: 'sk_test',
    });
  });

  test('tells callers which tasks have a high priority, in routes without a space, at which a shell would split them', () => {
    const routes = String(environmentOf(own, 'ApiLambdaFunction')['CHORDAL_ROUTES']);
    expect(JSON.parse(routes)).toMatchObject({
      log: 'text',
      '#high-queue:text': 'text-high',
      '#high-task:log': 'text-high',
    });
    expect(routes).not.toContain(' ');
    expect(own.Outputs['ChordalRoutes']?.Value).toBe(routes);
  });

  test('the framework makes as many resources of handlers as the check before a deployment counts', () => {
    const functions = ['math', 'text'].map((name) => ({ name, file: `handlers/${name}.ts` }));
    const described = describeProject({ service: 'chordal', stage: 'own', functions, high: ['text'] });
    const ofFramework = Object.entries(own.Resources).filter(
      ([id, { Type }]) =>
        !/^(?:Api|IamRoleLambda)/.test(id) &&
        (/^AWS::Lambda::|^AWS::Logs::/.test(Type) || id.startsWith('ServerlessDeploymentBucket')),
    );
    expect(ofFramework).toHaveLength(frameworkResources(described));
  });

  test('and NODE_OPTIONS is joined with what source maps need', () => {
    expect(environmentOf(own, 'MathLambdaFunction')['NODE_OPTIONS']).toBe('--no-warnings --enable-source-maps');
    expect(environmentOf(plain, 'MathLambdaFunction')['NODE_OPTIONS']).toBe('--enable-source-maps');
  });
});

test('the rights of the deployer in OPERATIONS.md are those that the resources of the template and the tools need', async () => {
  const documented = await documentedRights();
  const types = [
    ...new Set([plain, full].flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type))),
  ];
  const unknown = types.filter((type) => ACTIONS_OF_TYPES[type] === undefined);
  expect(unknown).toEqual([]);
  const needed = [...types, 'AWS::Scheduler::Schedule'].flatMap((type) => ACTIONS_OF_TYPES[type] ?? []);
  expect([...documented].toSorted()).toEqual([...new Set([...needed, ...ACTIONS_OF_TOOLS])].toSorted());
});

// --- internal ---

async function packaged(stage: string, params: readonly string[], cwd = project.dir): Promise<Template> {
  await runWell('serverless', ['package', '--stage', stage, ...params], { cwd, env: { AWS_REGION: 'us-east-1' } });
  const text = await readFile(join(cwd, '.serverless', 'cloudformation-template-update-stack.json'), 'utf8');
  // The framework writes a template.
  return JSON.parse(text) as Template;
}

function allowedTo(template: Template, role: string): readonly string[] {
  return statementsOf(template, role)
    .flatMap(({ Action }) => Action)
    .toSorted();
}

function environmentOf(template: Template, id: string): Readonly<Record<string, unknown>> {
  // A function's environment is an object of variables.
  return (propertiesOf(template, id)['Environment'] as { Variables: Record<string, unknown> }).Variables;
}
