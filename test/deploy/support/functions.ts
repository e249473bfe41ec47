import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { writeFiles } from '../../support/temporary-folder.ts';

/** How an invocation ended, and what it printed. */
export interface Invoked {
  readonly value?: unknown;
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly log: string;
}

/** A function that a test has made. */
export interface Probe {
  invoke(event?: unknown): Promise<Invoked>;
  replace(code: string): Promise<void>;
  /** The log that CloudWatch Logs has kept of it. */
  kept(): Promise<string>;
}

/** How a function is made. */
export interface ProbeOptions {
  readonly file?: string;
  readonly handler?: string;
  readonly more?: Readonly<Record<string, string>>;
  /** Seconds. Default 5. */
  readonly timeout?: number;
  readonly logsJson?: boolean;
}

/** Makes functions on a LocalStack. */
export interface Functions {
  make(code: string, options?: ProbeOptions): Promise<Probe>;
  /** Makes a function, and invokes it once. */
  run(code: string, event?: unknown, options?: ProbeOptions): Promise<Invoked>;
  close(): Promise<void>;
}

/** Makes functions on the LocalStack at an address. Their code is read from folders, in LocalStack's own way. */
export async function functionsAt(url: string): Promise<Functions> {
  const root = await mkdtemp(join(tmpdir(), 'chordal-functions-'));
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const lambda = new LambdaClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const waiter = { client: lambda, maxWaitTime: 60, minDelay: 0.1, maxDelay: 0.5 };
  let made = 0;
  const codeIn = async (files: Readonly<Record<string, string>>): Promise<{ S3Bucket: string; S3Key: string }> => {
    const dir = join(root, String((made += 1)));
    await writeFiles(dir, files);
    return { S3Bucket: 'hot-reload', S3Key: dir };
  };

  const make: Functions['make'] = async (code, given = {}) => {
    const { file = 'index.mjs', handler = 'index.handler', more = {}, timeout = 5, logsJson = false } = given;
    const Code = await codeIn({ [file]: code, ...more });
    const FunctionName = `probe-${made}`;
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: handler,
        Role: 'arn:aws:iam::000000000000:role/any',
        Timeout: timeout,
        Code,
        Environment: { Variables: { OWN: 'ü €' } },
        ...(logsJson && { LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' } }),
      }),
    );
    await waitUntilFunctionActiveV2(waiter, { FunctionName });
    return {
      invoke: async (event = null) => invoked(lambda, FunctionName, event),
      replace: async (newCode) => {
        await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...(await codeIn({ [file]: newCode })) }));
        await waitUntilFunctionUpdatedV2(waiter, { FunctionName });
      },
      kept: async () => keptLogs(url, `/aws/lambda/${FunctionName}`),
    };
  };
  return {
    make,
    run: async (code, event = null, options = {}) => (await make(code, options)).invoke(event),
    close: async () => {
      lambda.destroy();
      await rm(root, { recursive: true });
    },
  };
}

// --- internal ---

async function invoked(lambda: LambdaClient, FunctionName: string, event: unknown): Promise<Invoked> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: 'Tail' }),
  );
  const body: unknown = JSON.parse(answer.Payload?.transformToString() ?? 'null');
  const log = Buffer.from(answer.LogResult ?? '', 'base64').toString();
  return answer.FunctionError === undefined ? { value: body, log } : { ...Object(body), log };
}

/** As much of CloudWatch Logs as reads a group: the answer as it comes. */
async function keptLogs(url: string, logGroupName: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.FilterLogEvents',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ logGroupName }),
  });
  return (await answer.text()).replaceAll('\\"', '"');
}
