import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describeProject } from '../../../../src/deploy/project.ts';
import { startCloud } from '../../../../src/local/cloud.ts';
import { localAccount, queueArn, queueUrl } from '../../../../src/local/endpoints.ts';
import { makeAccessKey } from '../../../../src/local/guard.ts';
import { startHttpEndpoint } from '../../../../src/local/http-endpoint.ts';
import { answerScheduler, Schedules } from '../../../../src/local/scheduler-endpoint.ts';
import { sqsEvent } from '../../../../src/local/sqs-event.ts';
import { copyProject } from '../project-folder.ts';
import { runWell } from '../run.ts';
import { propertiesOf, resourcesOf } from '../template.ts';
import type { Template } from '../template.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { Invoked } from './lambda-function.ts';
import { Policies, resolved } from './policies.ts';
import type { Names } from './policies.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import type { ServiceModels } from './service-models.ts';

/** A stack as it is packaged for AWS, on emulators behind its own policies. */
export interface PackagedStack {
  readonly proxy: Proxy;
  readonly policies: Policies;
  /** The folder of the unpacked zip. */
  readonly root: string;
  /** The variables of a program with the stack's policy for callers. */
  readonly callerEnv: Readonly<Record<string, string>>;
  /** Invokes a function by its handler. */
  invoke(handler: string, event: unknown): Promise<Invoked>;
  /** Ends the sandbox of a function; the next event starts a new one. */
  restart(handler: string): Promise<void>;
  stop(): Promise<void>;
}

/** The means to run it. */
export interface PackagedStackOptions {
  /** The runtime interface client. */
  readonly entry: string;
  readonly models: ServiceModels;
  /** The Python that unpacks the zip. */
  readonly python: string;
}

/** Packages this project with the Serverless Framework, unpacks the zip, and starts all that runs it. */
export async function startPackagedStack({ entry, models, python }: PackagedStackOptions): Promise<PackagedStack> {
  const root = await mkdtemp(join(tmpdir(), 'chordal-zip-'));
  const template = await packageInto(root, python);
  const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ id, properties }) =>
    functionIn(id, properties),
  );
  const handlers = functions.map(({ name }) => name.slice(PREFIX.length)).filter((name) => !SYSTEM.includes(name));
  const project = describeProject({
    service: 'chordal',
    stage: STAGE,
    functions: handlers.map((name) => ({ name, file: `handlers/${name}.ts` })),
  });
  const accessKey = makeAccessKey();
  const cloud = await startCloud({ project, accessKey });
  const schedules = new Schedules({ send: async () => undefined, giveUp: async () => undefined });
  const scheduler = await startHttpEndpoint({
    service: 'scheduler',
    accessKey,
    answer: (request) => answerScheduler(schedules, request),
  });
  const names = namesOf(template, { table: project.table.name, bucket: project.bucket.name });
  const policies = new Policies(template, names);
  const { sqsS3, dynamodb } = cloud.endpoints;
  const proxy = await startProxy({
    policies,
    models,
    targets: { sqs: sqsS3, s3: sqsS3, dynamodb, scheduler: scheduler.url },
    accessKey,
    account: localAccount,
  });
  const access = (role: string): Readonly<Record<string, string>> => ({
    AWS_ENDPOINT_URL: proxy.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: role,
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  const sandboxes = new Map<string, LambdaFunction>();
  const make = (one: (typeof functions)[number]): LambdaFunction => {
    const { Variables = {} } = Object(propertiesOf(template, one.id)['Environment']);
    const variables = Object.entries(Object(Variables)).map(([name, value]) => [name, resolved(value, names)]);
    const env = { ...Object.fromEntries(variables), ...access(one.role) };
    const made = new LambdaFunction({ ...one, entry, root, env });
    sandboxes.set(one.name.slice(PREFIX.length), made);
    return made;
  };
  for (const one of functions) make(one);
  const sandboxOf = (handler: string): LambdaFunction => {
    const found = sandboxes.get(handler);
    if (found === undefined) throw new Error(`There is no function ${handler}`);
    return found;
  };

  const ended = new AbortController();
  const polling = functions.flatMap(({ name, role }) => {
    const handler = name.slice(PREFIX.length);
    if (handler === 'submit' || handler === 'result') return [];
    const queue = handler === 'bury' ? `${PREFIX}dead` : name;
    const sqs = new SQSClient({
      endpoint: proxy.url,
      region: 'us-east-1',
      credentials: { accessKeyId: role, secretAccessKey: 'x' },
      useQueueUrlAsEndpoint: false,
    });
    return [
      poll({ sqs, queue, url: queueUrl(cloud.endpoints, queue), signal: ended.signal }, (event) =>
        sandboxOf(handler).invoke(event),
      ),
    ];
  });

  return {
    proxy,
    policies,
    root,
    callerEnv: { ...access('CallerPolicy'), ...callerVariables(template, names) },
    invoke: (handler, event) => sandboxOf(handler).invoke(event),
    restart: async (handler) => {
      await sandboxOf(handler).stop();
      const one = functions.find(({ name }) => name === `${PREFIX}${handler}`);
      if (one !== undefined) make(one);
    },
    stop: async () => {
      ended.abort();
      await Promise.all(polling);
      await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.stop()));
      schedules.stop();
      await Promise.all([proxy.stop(), scheduler.stop(), cloud.stop()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

// --- internal ---

const STAGE = 'test';
const PREFIX = `chordal-${STAGE}-`;
const SYSTEM = ['bury', 'submit', 'result'];

async function packageInto(root: string, python: string): Promise<Template> {
  const project = await copyProject();
  try {
    const env = { AWS_REGION: 'us-east-1' };
    await runWell('serverless', ['package', '--stage', STAGE, '--param=submitAllow=*'], { cwd: project.dir, env });
    const out = join(project.dir, '.serverless');
    await runWell(python, ['-m', 'zipfile', '-e', join(out, 'chordal.zip'), root]);
    const text = await readFile(join(out, 'cloudformation-template-update-stack.json'), 'utf8');
    // The framework writes a template.
    return JSON.parse(text) as Template;
  } finally {
    await project.remove();
  }
}

function functionIn(id: string, properties: Readonly<Record<string, unknown>>) {
  const { FunctionName: name, Handler: handler, Timeout: timeoutSeconds, Role: role } = properties;
  const [, roleId = ''] = /"?(\w+Role)\b/.exec(JSON.stringify(role)) ?? [];
  return { id, name: String(name), handler: String(handler), timeoutSeconds: Number(timeoutSeconds), role: roleId };
}

function namesOf(template: Template, { table, bucket }: { readonly table: string; readonly bucket: string }): Names {
  const refs: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::Region': 'us-east-1',
    'AWS::AccountId': localAccount,
    Table: table,
    Bucket: bucket,
  };
  const arns: Record<string, string> = {
    Table: `arn:aws:dynamodb:us-east-1:${localAccount}:table/${table}`,
    Bucket: `arn:aws:s3:::${bucket}`,
  };
  for (const { id, properties } of resourcesOf(template, 'AWS::SQS::Queue'))
    arns[id] = queueArn(String(properties['QueueName']));
  for (const { id } of resourcesOf(template, 'AWS::IAM::Role')) arns[id] = `arn:aws:iam::${localAccount}:role/${id}`;
  return { refs, arns };
}

function callerVariables(template: Template, names: Names): Readonly<Record<string, string>> {
  const lines = resolved(template.Outputs['CallerEnvironment']?.Value, names).split(' ');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

interface Polled {
  readonly sqs: SQSClient;
  readonly queue: string;
  readonly url: string;
  readonly signal: AbortSignal;
}

/** Does as an event source mapping does: with the rights of the function's role, and one batch after the other. */
async function poll(
  { sqs, queue, url: QueueUrl, signal }: Polled,
  invoke: (event: unknown) => Promise<Invoked>,
): Promise<void> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 20,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  while (!signal.aborted) {
    const { Messages = [] } = await sqs.send(command, { abortSignal: signal }).catch(() => ({ Messages: [] }));
    if (Messages.length === 0) continue;
    const { value, error } = await invoke(sqsEvent(Messages, queueArn(queue)));
    const failures: unknown = Object(value).batchItemFailures;
    const failed = new Set(
      Array.isArray(failures) ? failures.map((one: unknown) => String(Object(one).itemIdentifier)) : [],
    );
    const done = error === undefined ? Messages.filter(({ MessageId = '' }) => !failed.has(MessageId)) : [];
    for (const { ReceiptHandle } of done)
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })).catch(() => undefined);
  }
  sqs.destroy();
}
