import { compact } from '../../core/values/compact.ts';
import { sourcesOf } from '../project.ts';
import type { FunctionDescription } from '../project.ts';
import { systemHandlers } from '../system-handlers.ts';
import { NO_PROVIDER_SETTINGS } from './provider.ts';
import {
  arnOf,
  BUCKET,
  DEAD_QUEUE,
  queueIdsOf,
  ref,
  roleId,
  scheduleGroupName,
  SCHEDULER_ROLE,
  sub,
  TABLE,
} from './template.ts';
import type { Resource, Resources, StackParts, Value } from './template.ts';

/** Makes a role for each function, one for the Scheduler, and a policy for callers in other services. */
export function roles(parts: StackParts): Resources {
  const { functions, systemFunctions } = parts.project;
  return {
    ...Object.fromEntries(
      [...functions, ...systemFunctions].map((one) => [roleId(one.handler), functionRole(parts, one)]),
    ),
    [SCHEDULER_ROLE]: sendingRole(parts, scheduleGroupName(parts.project), handlersOf(parts)),
    CallerPolicy: callerPolicy(parts),
  };
}

// --- internal ---

type Statement = Readonly<Record<string, Value>>;

function functionRole(parts: StackParts, one: FunctionDescription): Resource {
  const policies = [
    { PolicyName: 'chordal', PolicyDocument: policy([...statementsOf(parts, one), ...forAnyFunction(parts, one)]) },
  ];
  const own = ownStatements(parts, one);
  if (own.length > 0) policies.push({ PolicyName: 'own', PolicyDocument: policy(own) });
  const managed = managedPolicies(parts, one);
  return role(parts, assumedBy('lambda.amazonaws.com'), {
    Policies: policies,
    ...(managed.length > 0 && { ManagedPolicyArns: managed }),
  });
}

/** Returns the rights that the project adds for its own handlers. */
function ownStatements(
  { provider = NO_PROVIDER_SETTINGS }: StackParts,
  one: FunctionDescription,
): readonly Statement[] {
  if (isOfSystem(one)) return [];
  // CloudFormation and IAM check their content.
  return [...provider.statements, ...(one.permissions ?? [])] as readonly Statement[];
}

function managedPolicies({ provider = NO_PROVIDER_SETTINGS }: StackParts, one: FunctionDescription): readonly Value[] {
  const isInVpc = one.vpc === undefined ? provider.hasVpc : one.vpc !== false;
  return [...(isOfSystem(one) ? [] : provider.managedPolicies), ...(isInVpc ? [forVpc] : [])];
}

/** Lets Lambda make network interfaces for a function. */
const forVpc = sub('arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole');

function isOfSystem({ handler }: FunctionDescription): boolean {
  return SYSTEM.includes(handler);
}

const SYSTEM: readonly string[] = systemHandlers().map(({ name }) => name);

/** Returns a function's rights: `submit` and `result` need fewer than a worker, `bury` needs the same as a worker. */
function statementsOf(parts: StackParts, one: FunctionDescription): readonly Statement[] {
  const { handler, eventSource } = one;
  switch (handler) {
    case 'result':
      // It commits a revocation that it is the first to report.
      return [
        readTable,
        allow(['dynamodb:UpdateItem'], arnOf(TABLE)),
        allow(['s3:GetObject'], objects('v')),
        listBucket,
      ];
    case 'submit':
      return [
        send(appQueues(parts)),
        allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem'], arnOf(TABLE)),
        findWindows,
        writeTable,
        // The blocks of a large canvas: it starts from those that it has written.
        allow(['s3:GetObject', 's3:PutObject'], objects('b')),
        ...schedule(parts),
      ];
    default: {
      const own = handler === 'bury' ? [DEAD_QUEUE] : queueIdsOf(one);
      const receiving = eventSource === undefined ? [] : [receive(own)];
      // A worker that cannot use a message sends it to the dead-letter queue.
      const queues = [...appQueues(parts), arnOf(DEAD_QUEUE)];
      return [
        ...receiving,
        send(queues),
        ...sendOutside(parts, handler),
        readTable,
        writeTable,
        ...readBucket,
        writeBucket,
        ...schedule(parts),
        ...celeryResults(parts),
      ];
    }
  }
}

function forAnyFunction({ settings }: StackParts, { name, handler }: FunctionDescription): readonly Statement[] {
  const logs = sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${name}:*`);
  return [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logs),
    // X-Ray has no resources to name.
    ...(settings.tracing ? [allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*')] : []),
    ...key(settings.kmsKey, handler === 'result' ? toRead : toWrite),
  ];
}

/** Makes the role with which the schedules of a group send to the queues of these handlers. */
export function sendingRole(parts: StackParts, group: string, handlers: readonly string[]): Resource {
  const fromHere = {
    StringEquals: {
      'aws:SourceAccount': ref('AWS::AccountId'),
      'aws:SourceArn': schedulerArn(`schedule-group/${group}`),
    },
  };
  const queues = [...queueArns(parts, handlers), arnOf(DEAD_QUEUE)];
  const statements = [allow(['sqs:SendMessage'], queues), ...key(parts.settings.kmsKey)];
  return role(parts, assumedBy('scheduler.amazonaws.com', fromHere), {
    Policies: [{ PolicyName: 'chordal', PolicyDocument: policy(statements) }],
  });
}

/** Makes the rights of an app in another service, which also forgets results. */
function callerPolicy(parts: StackParts): Resource {
  const forget = [allow(['dynamodb:DeleteItem'], arnOf(TABLE)), allow(['s3:DeleteObject'], objects('v'))];
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      Description: `Lets a program submit tasks of ${parts.project.queuePrefix}* and read their results`,
      PolicyDocument: policy([
        send(appQueues(parts)),
        readTable,
        writeTable,
        ...readBucket,
        writeBucket,
        ...schedule(parts),
        ...forget,
        ...key(parts.settings.kmsKey),
      ]),
    },
  };
}

function appQueues(parts: StackParts): readonly Value[] {
  return queueArns(parts, handlersOf(parts));
}

function handlersOf({ project }: StackParts): readonly string[] {
  return project.functions.map(({ handler }) => handler);
}

/** Returns the queues of handlers, also those for high priority. */
function queueArns({ project }: StackParts, handlers: readonly string[]): readonly Value[] {
  const { queuePrefix } = project;
  const own = project.functions.filter(({ handler }) => handlers.includes(handler));
  const names = own.flatMap(sourcesOf).map(({ queue }) => queue.name);
  // All queues that begin with the prefix, if a policy cannot hold a line for each.
  if (names.reduce((sum, name) => sum + ARN_BYTES + name.length, 0) > MOST_QUEUE_BYTES)
    return [sub(`arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${queuePrefix}*`)];
  return own.flatMap(queueIdsOf).map((id) => arnOf(id));
}

/** A managed policy has at most 6,144 characters, some 1,500 of them for other things. */
const MOST_QUEUE_BYTES = 4000;
/** The bytes before a queue's name in an ARN, with quotes and a comma. */
const ARN_BYTES = 48;

function receive(queues: readonly string[]): Statement {
  const actions = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'];
  return allow(
    actions.map((action) => `sqs:${action}`),
    queues.length === 1 ? arnOf(queues[0] ?? '') : queues.map((queue) => arnOf(queue)),
  );
}

function send(queues: readonly Value[]): Statement {
  return allow(['sqs:GetQueueUrl', 'sqs:SendMessage'], queues);
}

/** The handlers that have tasks of Python workers send to the queues of those. */
function sendOutside({ externalQueues = {} }: StackParts, handler: string): readonly Statement[] {
  const { [handler]: queues = [] } = externalQueues;
  if (queues.length === 0) return [];
  return [send(queues.map((name) => sub(`arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${name}`)))];
}

const readTable = allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'], arnOf(TABLE));
const writeTable = allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], arnOf(TABLE));

/** A debounced call looks for the newest window of its key, in a partition of the key's own. */
const findWindows: Statement = {
  ...allow(['dynamodb:Query'], arnOf(TABLE)),
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['$debounce/*'] } },
};

/** Without the right to list a bucket, a caller that asks for a missing object gets the error for a forbidden one. */
const listBucket = allow(['s3:ListBucket'], arnOf(BUCKET));
const readBucket = [allow(['s3:GetObject'], [objects('v'), objects('b')]), listBucket];
const writeBucket = allow(['s3:PutObject'], [objects('v'), objects('b')]);

function schedule({ project }: StackParts): readonly Statement[] {
  return [
    allow(['scheduler:CreateSchedule'], schedulerArn(`schedule/${scheduleGroupName(project)}/*`)),
    {
      ...allow(['iam:PassRole'], arnOf(SCHEDULER_ROLE)),
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    },
  ];
}

/** A worker reads the groups that a Celery application has saved, and writes the results of its tasks. */
function celeryResults({ settings: { celeryResults: table } }: StackParts): readonly Statement[] {
  if (table === '') return [];
  const arn = sub(`arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${table}`);
  return [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], arn)];
}

function schedulerArn(resource: string): Value {
  return sub(`arn:\${AWS::Partition}:scheduler:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
}

/** DynamoDB asks on its caller's behalf whether the key exists, and for the key that encrypts its table. */
const toRead = ['kms:Decrypt', 'kms:DescribeKey'];
/** SQS and S3 ask for a new data key, too. */
const toWrite = [...toRead, 'kms:GenerateDataKey'];

function key(kmsKey: string, actions: readonly string[] = toWrite): readonly Statement[] {
  return kmsKey === '' ? [] : [allow(actions, kmsKey)];
}

function objects(folder: string): Value {
  return sub(`\${${BUCKET}.Arn}/${folder}/*`);
}

function allow(actions: readonly string[], resource: Value): Statement {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}

function assumedBy(service: string, condition?: Value): Value {
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return policy([condition === undefined ? trust : { ...trust, Condition: condition }]);
}

function role(
  { provider = NO_PROVIDER_SETTINGS }: StackParts,
  trust: Value,
  properties: Readonly<Record<string, Value>>,
): Resource {
  const { permissionsBoundary, path, tags } = provider;
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trust,
      ...properties,
      ...compact({
        PermissionsBoundary: permissionsBoundary,
        Path: path,
        Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    },
  };
}

function policy(statements: readonly Statement[]): Value {
  return { Version: '2012-10-17', Statement: statements };
}
