import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stageEnvironment } from '../../src/cli/stage/stage-environment.ts';
import { describeProject } from '../../src/deploy/project.ts';
import { checkRemovedQueues } from '../../src/deploy/removed-queues.ts';
import { environmentOperations } from '../../src/runtime/operations.ts';
import { environmentSchedules } from '../../src/runtime/schedules.ts';
import { environmentJournal, environmentSurvey } from '../../src/runtime/survey.ts';

/** An account may call the services that operators ask only some times a second, and other programs call them, too. */
describe('where an account is throttled', () => {
  const closing: (() => void)[] = [];
  beforeEach(() => {
    // The SDK waits for a random part of a time before it tries again.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
    vi.stubEnv('AWS_REGION', 'us-east-1');
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    closing.splice(0).forEach((close) => close());
  });

  it('the counts of the doctor, of a purge, and its scan are read at the fifth try', async () => {
    const { environment } = await accountThatRefuses(4, ThrottlingException);
    const survey = environmentSurvey(environment);
    expect(await survey.inFlight()).toMatchObject({ visible: 6, scheduled: 1 });
    for await (const trace of survey.footprints({ workflow: undefined })) expect(trace).toBeUndefined();
    expect(await environmentOperations(environment).lookAt({ queue: 'math' })).toMatchObject({ visible: 3 });
  });

  it('schedules and lists are read at the fifth try', async () => {
    const { environment } = await accountThatRefuses(4, ThrottlingException);
    expect(await environmentSchedules(environment).list()).toMatchObject([{ name: 's' }]);
    const now = Date.now();
    expect(await environmentJournal(environment).failures({ since: now, now, limit: 10 })).toEqual([]);
  });

  it('a pause is made at the fifth try', async () => {
    const { environment } = await accountThatRefuses(4, ThrottlingException);
    const operations = environmentOperations(environment);
    expect(await operations.setReceiving({ queue: 'math', isReceiving: false })).toBe(true);
  });

  it('a deployment looks for messages of removed queues at the fifth try, at eight queues at once', async () => {
    const account = await accountThatRefuses(4, ThrottlingException);
    const said = await deploy();
    expect(said).toEqual([]);
    expect(account.mostAtOnce()).toBeLessThanOrEqual(8);
  });

  it('a deployment says so if it could not look, and names the right that is missing', async () => {
    await accountThatRefuses(1000, ThrottlingException);
    expect(await deploy()).toEqual([
      'Cannot look for messages of removed handlers. If you have removed one, make sure that its queue is empty, or deploy again. The reason: Cannot list the queue "shop-dev-*" for now: ThrottlingException: refused',
    ]);
    await accountThatRefuses(1000, AccessDeniedException);
    expect(await deploy()).toEqual([
      'Cannot look for messages of removed handlers. If you have removed one, make sure that its queue is empty. The reason: Cannot list the queue "shop-dev-*": access is refused (AccessDeniedException: refused). Check the credentials, the region and the role of this program. It needs sqs:ListQueues.',
    ]);
  });

  it('the environment of a stage is read at the fifth try', async () => {
    await accountThatRefuses(4, ThrottlingException);
    expect(await stageEnvironment({ service: 'shop', stage: 'dev' })).toEqual({ CHORDAL_TABLE: 't' });
  });

  it.each([
    [ThrottlingException, 'CHORDAL_SERVICE_UNAVAILABLE', /for now: ThrottlingException: refused$/],
    [AccessDeniedException, 'CHORDAL_CONFIGURATION', /It needs lambda:GetFunctionConfiguration\.$/],
    ['ResourceNotFoundException', 'CHORDAL_CONFIGURATION', /there is no such function\. Deploy the stack/],
  ])('the environment of a stage cannot be read, because of %s', async (name, code, message) => {
    await accountThatRefuses(1000, name);
    await expect(stageEnvironment({ service: 'shop', stage: 'dev' })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  // --- internal ---

  /** An account whose services refuse each call so many times, and then answer. */
  async function accountThatRefuses(
    times: number,
    name: string,
  ): Promise<{ readonly environment: Readonly<Record<string, string>>; readonly mostAtOnce: () => number }> {
    const refused = new Map<string, number>();
    let [now, most] = [0, 0];
    const server = createServer((request, response) => {
      now += 1;
      most = Math.max(most, now);
      void text(request).then((body) => {
        now -= 1;
        const call = `${request.method} ${request.url} ${String(request.headers['x-amz-target'])} ${body}`;
        const count = (refused.get(call) ?? 0) + 1;
        refused.set(call, count);
        if (count > times) return response.end(JSON.stringify(answerTo(request, body)));
        response.writeHead(400, { 'x-amzn-errortype': name });
        return response.end(JSON.stringify({ __type: name, message: 'refused' }));
      });
    });
    closing.push(() => server.close().closeAllConnections());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has such an address.
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    const environment = {
      CHORDAL_TABLE: 't',
      CHORDAL_QUEUE_PREFIX: 'shop-dev-',
      CHORDAL_SCHEDULER_ROLE: 'arn:aws:iam::1:role/r',
    };
    return { environment, mostAtOnce: () => most };
  }

  async function deploy(): Promise<readonly string[]> {
    const said: string[] = [];
    const functions = ['math', 'text'].map((name) => ({ name, file: `handlers/${name}.ts` }));
    const project = describeProject({ service: 'shop', stage: 'dev', functions });
    await checkRemovedQueues({ project, region: 'us-east-1', say: (message) => said.push(message) });
    return said;
  }
});

// --- internal ---

const ThrottlingException = 'ThrottlingException';
const AccessDeniedException = 'AccessDeniedException';

/** Queues of a stage whose name begins with that of this one, and one of this one. */
const QUEUES = [...Array.from({ length: 16 }, (_, index) => `2-q${index}`), 'dead', 'math', 'text'];

function answerTo({ url = '', headers, method }: IncomingMessage, body: string): object {
  const target = String(headers['x-amz-target']);
  if (target.endsWith('.ListQueues'))
    return { QueueUrls: QUEUES.map((name) => `http://127.0.0.1/000000000000/shop-dev-${name}`) };
  if (target.endsWith('.GetQueueUrl')) return { QueueUrl: 'http://127.0.0.1/000000000000/shop-dev-math' };
  if (target.endsWith('.GetQueueAttributes')) return { Attributes: attributesOf(body) };
  if (url.startsWith('/schedules/')) return { Name: 's', State: 'ENABLED', Target: { Arn: 'a:shop-dev-math' } };
  if (url.startsWith('/schedules')) return { Schedules: [{ Name: 's', Target: { Arn: 'a:shop-dev-math' } }] };
  if (url.includes('/configuration')) return { Environment: { Variables: { CHORDAL_TABLE: 't' } } };
  if (url.includes('/event-source-mappings'))
    return method === 'GET' ? { EventSourceMappings: [{ UUID: 'u', State: 'Enabled' }] } : {};
  return { Items: [] };
}

function attributesOf(body: string): Readonly<Record<string, string>> {
  const isOther = body.includes('shop-dev-2-');
  const isOwn = body.includes('shop-dev-math') || body.includes('shop-dev-text');
  return {
    ApproximateNumberOfMessages: isOwn ? '3' : '0',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:r:1:shop-dev-${isOther ? '2-' : ''}dead` }),
  };
}
