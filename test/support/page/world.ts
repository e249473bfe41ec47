import { GetQueueUrlCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { chain, chord, createApp, group } from 'chordal';
import type { AsyncResult, ClientApp, UntypedSignature } from 'chordal';
import { launch } from 'puppeteer-core';
import type { Browser, Page } from 'puppeteer-core';
import { inParallel } from '../../../src/adapters/parallel.ts';
import { clientApp } from '../../../src/cli/clouds/cloud.ts';
import { startDev } from '../../../src/cli/clouds/dev.ts';
import type { Dev } from '../../../src/cli/clouds/dev.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { memberId } from '../../../src/core/protocol/ids.ts';
import { firstRung, leafSize } from '../../../src/core/protocol/join-tree.ts';
import { keptFor } from '../../../src/core/protocol/lifetime.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { endpointOptions } from '../../../src/runtime/endpoints.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';
import type * as tasks from './handlers/shop.ts';

/** A `chordal dev` with its page in a browser. */
export interface PageWorld {
  /** The lines that `chordal dev` has printed. */
  readonly printed: readonly string[];
  /** The address that it has printed. */
  readonly url: string;
  readonly browser: Browser;
  readonly page: Page;
  /** The warnings and errors of the browser's console. */
  readonly complaints: readonly string[];
  readonly send: Senders;
  /** Opens a part of the page: `#/…`. */
  readonly open: (hash: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts the cloud of `test/support/page/handlers`, and opens its page. */
export async function startPageWorld(): Promise<PageWorld> {
  const printed: string[] = [];
  const output = {
    answer: () => undefined,
    text: () => undefined,
    note: (line: string) => void printed.push(line),
    problem: (line: string) => void printed.push(line),
    faint: (text: string) => text,
    progress: () => undefined,
  };
  const handlersDir = 'test/support/page/handlers';
  const dev = await startDev({ handlersDir, service: 'shop', stage: 'dev', aws: 'embedded', port: 0 }, output);
  Object.assign(process.env, dev.env);
  const url = printed.map((line) => /^The page: (\S+)/.exec(line)?.[1]).find((found) => found !== undefined) ?? '';
  const browser = await launchHere();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text());
  });
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('requestfailed', (request) => void complaints.push(`${request.url()} failed`));
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(url);
  await page.waitForSelector('::-p-text(Workflows)');
  const { origin } = new URL(url);
  return {
    printed,
    url,
    browser,
    page,
    complaints,
    send: senders(dev),
    open: async (hash) => {
      await page.goto(`${origin}/${hash}`);
    },
    close: async () => {
      await browser.close();
      await dev.stop(0);
    },
  };
}

/** The calls that tests and pictures are made of. */
export interface Senders {
  readonly one: () => Sent;
  readonly order: () => Sent;
  /** Two packers, one twice as fast as the other, and a mail. */
  readonly slow: (seconds: number) => Sent;
  /** A packer, a watcher that waits until the file of a signal exists, and a mail. */
  readonly held: (signal: string) => Sent;
  readonly failing: () => Sent;
  /** A task that is to run again in two minutes. */
  readonly waiting: () => Sent;
  /** A canvas of five levels. */
  readonly nested: () => Sent;
  /** A chord of many members, some of which have ended; it answers with the id. */
  readonly wide: (members: number, done: number) => Promise<string>;
  /** Calls of a task that the journal lists, an hour old and older: to send them all would take long. */
  readonly listed: (task: string, count: number) => Promise<void>;
  /** A task that is to start in two hours. */
  readonly later: () => Sent;
  /** A message of an order that its queue has given up: 21 is to be priced, and then mailed. */
  readonly dead: (order: string) => Promise<void>;
}

// --- internal ---

type Sent = Promise<AsyncResult<unknown>>;

/** Starts the browser with the libraries that its package brings: it unpacks them only where it takes the machine for Lambda. */
async function launchHere(): Promise<Browser> {
  const before = { ...process.env };
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs24.x';
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    const executablePath = await chromium.executablePath();
    return await launch({ args: chromium.args, executablePath, headless: 'shell' });
  } finally {
    for (const name of Object.keys(process.env)) if (before[name] === undefined) delete process.env[name];
    Object.assign(process.env, before);
  }
}

function senders({ env }: Dev): Senders {
  const app = createApp('shop');
  const price = app.declare<typeof tasks.price>('price');
  const total = app.declare<typeof tasks.total>('total');
  const pack = app.declare<typeof tasks.pack>('pack');
  const watch = app.declare<typeof tasks.watch>('watch');
  const charge = app.declare<typeof tasks.charge>('charge');
  const reserve = app.declare<typeof tasks.reserve>('reserve');
  const mail = app.declare<typeof tasks.mail>('mail');
  return {
    one: () => price.delay(4),
    order: () => chord([price.s(1), price.s(2), price.s(3)], total.s()).delay(),
    slow: (seconds) => chain(group([pack.s(seconds), pack.s(seconds / 2)]), mail.s()).delay(),
    held: (signal) => chain(group([pack.s(0), watch.s(signal)]), mail.s()).delay(),
    failing: () => chain(price.s(20), charge.s(), mail.s()).delay(),
    waiting: () => reserve.delay(),
    nested: () => nested(app, 5).delay(),
    wide: (members, done) => wideGroup(env, members, done),
    listed: (task, count) => listedCalls(env, task, count),
    later: () => price.s(7).applyAsync({ countdown: 7200 }),
    dead: (order) => deadLetter(env, order),
  };
}

/** A chain around a group with a chain in it, and so on. */
function nested(app: ClientApp, levels: number): UntypedSignature {
  const mail = app.declare<typeof tasks.mail>('mail');
  const inner = levels === 1 ? mail.s() : app.signature(nested(app, levels - 1).toJSON());
  return app.signature(chain(mail.si(levels), group([mail.s(), inner]), mail.s()).toJSON());
}

/** A group of many members, some of which have ended, as their items say: to run them all would take minutes. */
async function wideGroup(env: Dev['env'], members: number, done: number): Promise<string> {
  const { engine } = clientApp(environmentRuntime(env));
  const { nonces, clock, journal } = engine;
  const now = clock.now();
  const id = nonces.uuid(now);
  const until = keptFor(now);
  const shape = {
    seq: [
      [1, { par: [[members, 'price']] }],
      [1, 'total'],
    ],
  } as const;
  await journal.noteSubmission({ entry: { at: now, id, app: 'shop', shape }, until });
  const base = `${id}.0`;
  const indexes = Array.from({ length: done }, (_, index) => index);
  await inParallel(indexes, 32, (index) => endMember(engine, { base, members, index, until }));
  return id;
}

async function listedCalls(env: Dev['env'], task: string, count: number): Promise<void> {
  const { nonces, clock, journal } = clientApp(environmentRuntime(env)).engine;
  const from = clock.now() - 3_600_000;
  const until = keptFor(from);
  const times = Array.from({ length: count }, (_, index) => from - index * 1000);
  await inParallel(times, 32, (at) =>
    journal.noteSubmission({ entry: { at, id: nonces.uuid(at), app: 'shop', shape: task }, until }),
  );
}

/** Ends a member as a worker does: its outcome, and the climb of a leaf that is full. */
async function endMember(
  { nonces, outcomes }: Engine,
  {
    base,
    members,
    index,
    until,
  }: { readonly base: string; readonly members: number; readonly index: number; readonly until: number },
): Promise<void> {
  const error = { errorType: 'RangeError', message: 'no such article', args: [], task: 'price' };
  const mid = nonces.mid();
  const { leaf } = await outcomes.commit({
    address: addressOf(memberId(base, index)),
    attempt: 0,
    decision:
      index % 400 === 7
        ? { state: 'FAILURE', value: { inline: error } }
        : { state: 'SUCCESS', value: { inline: 2 * index } },
    by: { mid, token: nonces.token() },
    size: { members },
    until,
  });
  const rung = firstRung(members, index);
  if (rung === undefined || leaf?.filled !== leafSize(members, index)) return;
  const { failures = 0, failed } = leaf;
  await outcomes.climb({ join: base, rung, mid, failed, failures, size: { members }, until });
}

/** A message that no worker can have: its task is to run in a chain. */
async function deadLetter(env: Dev['env'], order: string): Promise<void> {
  const client = new SQSClient(endpointOptions(env, 'sqs'));
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: `${env['CHORDAL_QUEUE_PREFIX']}dead` }));
  const steps = [{ task: 'mail' }];
  const frames = [{ base: order, i: 1, steps }];
  const lost = {
    kind: 'run',
    mid: 'm',
    id: `${order}.0`,
    base: `${order}.0`,
    try: 0,
    depth: 0,
    until: 10 ** 15,
  } as const;
  const MessageBody = encodeMessage({ ...lost, sig: { task: 'price', args: [21] }, frames });
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  client.destroy();
}
