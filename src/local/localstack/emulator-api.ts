/** A line that a function has logged. */
export interface LogEvent {
  readonly eventId: string;
  readonly timestamp: number;
  readonly message: string;
}

/** The few calls of AWS that the development loop makes. An emulator checks no signature. */
export class EmulatorApi {
  readonly #url: string;

  /** @param url the address of an emulator */
  constructor(url: string) {
    this.#url = url;
  }

  /** Returns the outputs of a stack by their names; undefined if there is no such stack. */
  async stackOutputs(stack: string): Promise<Readonly<Record<string, string>> | undefined> {
    const body = new URLSearchParams({ Action: 'DescribeStacks', StackName: stack, Version: '2010-05-15' });
    const answer = await this.#ask('cloudformation', '/', { method: 'POST', body });
    const xml = await answer.text();
    if (!answer.ok || xml.includes('DELETE_COMPLETE')) return undefined;
    const pairs = [...xml.matchAll(/<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>/g)];
    return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, unescaped(value)]));
  }

  /** Has a function run the code in a folder of this machine, which is how LocalStack replaces code without an upload. */
  async runFromFolder(functionName: string, folder: string): Promise<void> {
    const body = JSON.stringify({ S3Bucket: 'hot-reload', S3Key: folder });
    const headers = { 'content-type': 'application/json' };
    const path = `/2015-03-31/functions/${functionName}/code`;
    const answer = await this.#ask('lambda', path, { method: 'PUT', body, headers });
    if (!answer.ok) throw new Error(`Cannot replace the code of ${functionName}: ${await answer.text()}`);
  }

  /** Returns the lines of a log group from a time on, in milliseconds; none if there is no such group yet. */
  async logEvents(group: string, startTime: number): Promise<readonly LogEvent[]> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' };
    const all: LogEvent[] = [];
    let page: LogPage = {};
    do {
      const body = JSON.stringify({ logGroupName: group, startTime, nextToken: page.nextToken });
      const answer = await this.#ask('logs', '/', { method: 'POST', body, headers });
      if (!answer.ok) break;
      // The documented form of the answer.
      page = (await answer.json()) as LogPage;
      all.push(...(page.events ?? []));
    } while (page.nextToken !== undefined);
    return all;
  }

  #ask(service: string, path: string, request: Request): Promise<Response> {
    const credential = `Credential=test/20300101/us-east-1/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
    const headers = { ...request.headers, authorization };
    return fetch(new URL(path, this.#url), { ...request, headers, signal: AbortSignal.timeout(SILENCE_MS) });
  }
}

// --- internal ---

/** The limit for an answer, in ms. */
const SILENCE_MS = 30_000;

interface LogPage {
  readonly events?: readonly LogEvent[];
  readonly nextToken?: string;
}

interface Request {
  readonly method: string;
  readonly body: string | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(\w+|#\d+);/g, (all, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (entities[name] ?? all),
  );
}
