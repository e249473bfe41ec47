import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startLocal } from '../../src/local/local-cloud.ts';
import { projectFolder } from './cli-support.ts';

const handlers = {
  'math.ts': `
    import { createApp } from 'chordal';
    const app = createApp('probe');
    export const handler = app.handler(app.task('add', (x: number, y: number) => x + y));
  `,
};

/** A request that a browser sends for any page, without asking the server first. */
const page = { origin: 'https://evil.example', 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' };

test('every port of the embedded cloud keeps idle connections, and answers no web page, no other host name and no unsigned request', async () => {
  const local = await startLocal({
    handlersDir: await projectFolder(handlers),
    service: 'test',
    stage: 'local',
    onEvent: () => {},
  });
  onTestFinished(() => local.stop());
  const { env } = local;
  const targets: readonly (readonly [
    url: string | undefined,
    path: string,
    headers: Readonly<Record<string, string>>,
  ])[] = [
    [env['AWS_ENDPOINT_URL_LAMBDA'], '/2015-03-31/functions/test-local-submit/invocations', {}],
    [env['AWS_ENDPOINT_URL_SCHEDULER'], '/schedules/evil', {}],
    [env['AWS_ENDPOINT_URL_SQS'], '/', { 'x-amz-target': 'AmazonSQS.ListQueues' }],
    [env['AWS_ENDPOINT_URL_S3'], `/${env['CHORDAL_BUCKET']}?list-type=2`, {}],
    [env['AWS_ENDPOINT_URL_DYNAMODB'], '/', { 'x-amz-target': 'DynamoDB_20120810.ListTables' }],
  ];
  const service = ['lambda', 'scheduler', 'sqs', 's3', 'dynamodb'];

  for (const [index, [url, path, headers]] of targets.entries()) {
    const signed = (key: string): Readonly<Record<string, string>> => ({
      ...headers,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20260101T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/${service[index]}/aws4_request, SignedHeaders=host, Signature=a`,
    });
    const key = env['AWS_ACCESS_KEY_ID'] ?? '';
    const send = (more: Readonly<Record<string, string>>, method = 'POST'): Promise<Answer> =>
      answerOf(`${url}${path}`, method, more);
    const refused = await Promise.all([
      send({ ...headers, ...page }),
      send({ ...signed(key), origin: 'https://evil.example' }),
      send({ ...signed(key), host: 'evil.example:1234' }),
      send(signed('local')),
      send({}),
      send({ origin: 'https://evil.example', 'access-control-request-method': 'POST' }, 'OPTIONS'),
    ]);

    expect(
      refused.map(({ status }) => status),
      url,
    ).toEqual([403, 403, 403, 403, 403, 403]);
    expect(
      refused.filter(({ isOpenToPages }) => isOpenToPages),
      url,
    ).toEqual([]);
    const accepted = await send(signed(key));
    expect(accepted.status, url).not.toBe(403);
    // A client that was held up for some seconds finds its connections open.
    expect(accepted.keepAlive, url).toBe('timeout=120');
  }
  expect((await answerOf(`${env['AWS_ENDPOINT_URL_SQS']}/_fauxqs/queues`, 'GET', {})).status).toBe(403);
}, 60_000);

// --- internal ---

interface Answer {
  readonly status: number | undefined;
  readonly isOpenToPages: boolean;
  readonly keepAlive: string | undefined;
}

/** `fetch` cannot set `Host` and `Origin`. */
async function answerOf(url: string, method: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sending = request(url, { method, headers }, (response) => {
    const { 'access-control-allow-origin': openTo, 'keep-alive': keepAlive } = response.headers;
    const answer = {
      status: response.statusCode,
      isOpenToPages: openTo !== undefined,
      keepAlive: keepAlive?.toString(),
    };
    text(response).then(() => resolve(answer), reject);
  });
  sending.once('error', reject).end(method === 'POST' ? '{}' : undefined);
  return promise;
}
