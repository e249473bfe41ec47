import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { writeFiles } from '../support/temporary-folder.ts';
import { chordal, ownProject, startChordal } from './cli-support.ts';

const handler = `
  import { createApp } from 'chordal';
  export const config = { timeout: 8 };
  const app = createApp('shop');
  export const count = app.task('count', { timeLimit: 1 }, (line: string) => {
    const words = line.split(' ');
    return words.length;
  });
  export const handler = app.handler(count);
`;
const server = (version: number): string => `
  import { createApp } from 'chordal';
  const result = await createApp('shop').signature('count', { args: ['to be'] }).delay();
  console.error('server ${version} got ' + (await result.get()) + ' as ' + process.env.AWS_PROFILE);
  setInterval(() => {}, 1000);
`;

test('dev runs a program with its cloud, restarts it when a file changes, and leaves no process behind when it is killed', async () => {
  const dir = await ownProject({ 'handlers/h.ts': handler, 'server.mjs': server(1) });
  const MARK = randomUUID();
  const program = ['--', 'node', '--conditions=chordal-source', 'server.mjs'];
  const dev = startChordal(['dev', '--port', '0', ...program], { MARK, AWS_PROFILE: 'work' }, dir);
  await dev.until(/server 1 got 2 as work/);
  await writeFiles(dir, { 'server.mjs': server(2) });
  await dev.until(/server 2 got 2/);

  expect(await processesWith(MARK)).toBeGreaterThan(3);
  // In the middle of a build, esbuild waits for an answer that never comes.
  await writeFiles(dir, { 'handlers/h.ts': `${handler}\n` });
  await delay(60);
  await dev.kill();
  await vi.waitFor(async () => expect(await processesWith(MARK)).toBe(0), { timeout: 10_000, interval: 100 });
}, 90_000);

test('dev and its program end when the terminal is closed', async () => {
  const dir = await ownProject({ 'handlers/h.ts': handler, 'server.mjs': server(1) });
  const MARK = randomUUID();
  const program = ['--', 'node', '--conditions=chordal-source', 'server.mjs'];
  const dev = startChordal(['dev', '--port', '0', ...program], { MARK, AWS_PROFILE: 'work' }, dir);
  await dev.until(/server 1 got 2/);
  // A terminal tells all of its processes; the program is in a session of its own.
  for (const { pid, command } of await processesOf(MARK)) if (!command.startsWith('node\0')) hangUp(pid);
  expect(await dev.ended).toBe(0);
  await vi.waitFor(async () => expect(await processesWith(MARK)).toBe(0), { timeout: 10_000, interval: 100 });
}, 90_000);

test('a debugger stops a task at a line of its file, for longer than any limit, and the task still succeeds', async () => {
  const dir = await ownProject({ 'handlers/h.ts': handler });
  const dev = startChordal(['dev', '--json', '--inspect', '0', '--port', '0'], {}, dir);
  const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };
  const [, url = ''] = /attach to (ws:\S+)\./.exec(await dev.until(/attach to ws:/)) ?? [];
  const debug = await attach(url);
  onTestFinished(() => debug.close());

  const paused = debug.pauseAt('const words', 'h.ts');
  await debug.ready;
  const called = chordal(['call', 'count', 'to be or', '--wait'], { env, cwd: dir });
  await paused;
  // Above the time limit of the task, and the timeout of its function.
  await delay(9000);
  debug.resume();

  expect((await called).answers).toEqual([{ value: 3 }]);
}, 90_000);

// --- internal ---

function hangUp(pid: number): void {
  try {
    process.kill(pid, 'SIGHUP');
  } catch {
    // It has ended by another's end.
  }
}

/** Counts the processes that have a text in their environment. */
async function processesWith(mark: string): Promise<number> {
  return (await processesOf(mark)).length;
}

async function processesOf(mark: string): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
      const status = await readFile(join('/proc', pid, 'stat'), 'utf8').catch(() => '');
      const command = await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '');
      return { pid: Number(pid), command, isAlive: text.includes(mark) && !/\) Z /.test(status) };
    }),
  );
  return found.filter(({ isAlive }) => isAlive);
}

interface Debug {
  /** Resolves when a task stops at the line of a file that begins with a text. */
  pauseAt(text: string, file: string): Promise<void>;
  /** Resolves when the breakpoint is in some script. */
  readonly ready: Promise<void>;
  resume(): void;
  close(): void;
}

/** Attaches to the threads of a process, as an editor does. */
async function attach(url: string): Promise<Debug> {
  const socket = new WebSocket(url);
  await new Promise((done) => socket.addEventListener('open', done));
  const [paused, ready] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let id = 0;
  let pausedIn = '';
  const send = (method: string, params: object = {}): void => {
    id += 1;
    socket.send(JSON.stringify({ id, method, params }));
  };
  const toThread = (sessionId: string, method: string, params: object = {}): void => {
    id += 1;
    send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) });
  };
  let wanted = { text: '', file: '' };
  socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
    const { method, params } = Object(JSON.parse(String(data)));
    if (method === 'NodeWorker.attachedToWorker') toThread(params.sessionId, 'Debugger.enable');
    if (method !== 'NodeWorker.receivedMessageFromWorker') return;
    const { sessionId, message } = params;
    const inner = Object(JSON.parse(message));
    if (inner.method === 'Debugger.paused') {
      pausedIn = sessionId;
      paused.resolve();
    }
    if (inner.method === 'Debugger.scriptParsed' && inner.params.url.endsWith('/h.mjs'))
      void setBreakpoint(sessionId, inner.params);
  });
  async function setBreakpoint(
    sessionId: string,
    script: { readonly scriptId: string; readonly url: string; readonly sourceMapURL?: string },
  ): Promise<void> {
    const lines = (await readFile(new URL(script.url), 'utf8')).split('\n');
    // The bundle is readable, and its map names the file.
    expect(script.sourceMapURL ?? '').not.toBe('');
    const lineNumber = lines.findIndex((line) => line.trim().startsWith(wanted.text));
    toThread(sessionId, 'Debugger.setBreakpoint', {
      location: { scriptId: script.scriptId, lineNumber, columnNumber: 0 },
    });
    ready.resolve();
  }
  return {
    pauseAt: (text, file) => {
      wanted = { text, file };
      send('NodeWorker.enable', { waitForDebuggerOnStart: false });
      return paused.promise;
    },
    ready: ready.promise,
    resume: () => toThread(pausedIn, 'Debugger.resume'),
    close: () => socket.close(),
  };
}
