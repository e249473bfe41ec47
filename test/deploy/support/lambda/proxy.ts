import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Access, Policies } from './policies.ts';
import type { ReadRequest, ServiceModels, WireRequest } from './service-models.ts';

/** A request that AWS would have refused. */
export interface Finding {
  readonly kind: 'right' | 'request';
  /** The logical id of the role. */
  readonly role: string;
  readonly text: string;
}

/** A cloud behind policies and models. */
export interface Proxy {
  readonly url: string;
  readonly findings: Finding[];
  /** The actions that were allowed, with their roles: `MathRole sqs:SendMessage`. */
  readonly allowed: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
}

/** The cloud behind a proxy. */
export interface ProxyOptions {
  readonly policies: Policies;
  readonly models: ServiceModels;
  /** The addresses of the services. */
  readonly targets: Readonly<Record<string, string>>;
  /** The access key that the cloud accepts. Callers of the proxy use the logical id of their role as the access key. */
  readonly accessKey: string;
  readonly account: string;
}

/** Starts a proxy that answers as AWS does: only what the role of a caller allows, and only valid requests. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const findings: Finding[] = [];
  const allowed = new Set<string>();
  const server = createServer((request, response) => {
    handle(request, response, { ...options, findings, allowed }).catch((error: unknown) => {
      findings.push({ kind: 'request', role: '', text: String(error) });
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    findings,
    allowed,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

// --- internal ---

interface Handling extends ProxyOptions {
  readonly findings: Finding[];
  readonly allowed: Set<string>;
}

async function handle(request: IncomingMessage, response: ServerResponse, handling: Handling): Promise<void> {
  const { policies, models, findings, allowed } = handling;
  const body = await buffer(request);
  const { authorization = '' } = request.headers;
  const [, role = '', service = ''] = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(authorization) ?? [];
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const wire: WireRequest = { service, method: request.method ?? '', url, headers: request.headers, body };
  const read = models(wire);
  findings.push(...read.problems.map((text): Finding => ({ kind: 'request', role, text })));
  const accesses = accessesOf(service, read, handling);
  const denied = accesses.filter(({ by = role, ...access }) => !policies.allows(by, access));
  for (const { by = role, action, resource } of denied)
    findings.push({ kind: 'right', role: by, text: `${action} on ${resource}` });
  if (read.problems.length > 0) return refuse(response, service, 400, 'ValidationException', read.problems.join('; '));
  if (denied.length > 0) return refuse(response, service, 403, 'AccessDeniedException', `${role} is not authorized`);
  for (const { by = role, action } of accesses) allowed.add(`${by} ${action}`);
  await forward(wire, response, handling, role);
}

interface RoleAccess extends Access {
  /** The logical id of the role that acts. Default: the caller's. */
  readonly by?: string;
}

function accessesOf(service: string, { operation, input }: ReadRequest, { account }: Handling): readonly RoleAccess[] {
  const arn = (name: string, of = service): string => `arn:aws:${of}:us-east-1:${account}:${name}`;
  switch (service) {
    case 'sqs': {
      const name =
        textOf(input['QueueName'] ?? input['QueueUrl'])
          .split('/')
          .at(-1) ?? '';
      // IAM has no actions for batches of messages.
      return [{ action: `sqs:${operation.replace(/Batch$/, '')}`, resource: arn(name) }];
    }
    case 'dynamodb': {
      const tables =
        input['TableName'] === undefined ? Object.keys(Object(input['RequestItems'])) : [input['TableName']];
      return tables.map((name) => ({ action: `dynamodb:${operation}`, resource: arn(`table/${textOf(name)}`) }));
    }
    case 's3':
      return [
        { action: `s3:${operation}`, resource: `arn:aws:s3:::${String(input['Bucket'])}/${String(input['Key'])}` },
      ];
    default: {
      const { GroupName: group, Name: name, Target: target } = input;
      const { Arn: queue, RoleArn: roleArn, DeadLetterConfig: dead } = Object(target);
      const by = String(roleArn).split('/').at(-1) ?? '';
      return [
        { action: `scheduler:${operation}`, resource: arn(`schedule/${String(group)}/${String(name)}`) },
        { action: 'iam:PassRole', resource: String(roleArn) },
        // The Scheduler asks for these when it sends.
        { by, action: 'sqs:SendMessage', resource: String(queue) },
        { by, action: 'sqs:SendMessage', resource: String(Object(dead).Arn) },
      ];
    }
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function forward(
  { service, method, url, headers, body }: WireRequest,
  response: ServerResponse,
  { targets, accessKey, policies, findings }: Handling,
  role: string,
): Promise<void> {
  const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || HOP.includes(name) ? [] : [[name, String(value)]],
  );
  const authorization = String(headers['authorization']).replace(`Credential=${role}/`, `Credential=${accessKey}/`);
  const answer = await fetch(`${targets[service]}${url.pathname}${url.search}`, {
    method,
    headers: { ...Object.fromEntries(kept), authorization },
    ...(body.length > 0 && { body }),
  });
  const text = Buffer.from(await answer.arrayBuffer());
  const [, bucket = ''] = url.pathname.split('/');
  const mayList = { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` };
  // Without the right to list a bucket, S3 answers 403 for an object that is missing.
  if (service === 's3' && answer.status === 404 && !policies.allows(role, mayList)) {
    findings.push({ kind: 'right', role, text: `${mayList.action} on ${mayList.resource}` });
    return refuse(response, service, 403, 'AccessDenied', 'Access Denied');
  }
  response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !HOP.includes(name))));
  response.end(text);
}

/** Headers of one connection. */
const HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'content-encoding', 'expect', 'keep-alive'];

function refuse(response: ServerResponse, service: string, status: number, name: string, message: string): void {
  const isXml = service === 's3';
  response.writeHead(status, {
    'content-type': isXml ? 'application/xml' : 'application/x-amz-json-1.0',
    'x-amzn-errortype': name,
  });
  response.end(
    isXml
      ? `<Error><Code>${name}</Code><Message>${message}</Message></Error>`
      : JSON.stringify({ __type: name, message }),
  );
}
