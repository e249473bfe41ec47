import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { hasCode } from '../../core/text/has-code.ts';
import { portProblem } from '../../core/text/port-problem.ts';
import { compact } from '../../core/values/compact.ts';
import { objectIn } from '../../core/values/json.ts';
import { projectRoot } from '../../deploy/bundling/project-file.ts';
import type { CloudPorts } from '../../local/cloud.ts';
import { ENDPOINTS } from '../../runtime/endpoints.ts';
import { shellExports } from '../clouds/shell-exports.ts';
import { readEnvFile } from './env-files.ts';
import { LAST_FIRST_PORT, PORTS } from './ports.ts';

/** Where `chordal dev` of a project is found: the same at each start. */
export interface DevPlace {
  /** Its ports; none: any free ones, and nothing of it is kept. */
  readonly ports?: Required<CloudPorts>;
  /** The access key of its last start. */
  readonly accessKey?: string;
  /** The folder of its build. */
  readonly outDir?: string;
  /** Why its ports are not those that one would expect. */
  readonly note?: string;
}

/** The first port of the first project on a machine. Each start takes {@link PORTS} of them. */
const FIRST_PORT = 4771;

/**
 * Chooses the addresses of `chordal dev`: those of its last start in this project, else the first that are free.
 *
 * @param port the first of its ports; 0: any free ports
 * @throws ConfigurationError if it already runs in this project, or the given ports cannot be used
 */
export async function chooseDevPlace(handlersDir: string, port?: number): Promise<DevPlace> {
  if (port === 0) return {};
  const folder = join(projectRoot(handlersDir), '.chordal');
  const last = await lastStart(join(folder, 'dev.env'));
  if (last?.isUp === true) {
    throw new ConfigurationError(
      `Cannot start chordal dev: it already runs in this project, as process ${last.pid}. Stop it, or add --port 0 to start another one on free ports.`,
    );
  }
  const { first, problem } = await firstPort(port, last?.port);
  return compact({
    ports: { sqsS3: first, dynamodb: first + 1, lambda: first + 2, scheduler: first + 3 },
    outDir: join(folder, 'dev'),
    accessKey: last?.accessKey,
    note: last && problem && `Using port ${first}, not ${last.port} of the last start: ${problem}.`,
  });
}

/** Writes the environment of callers to `.chordal/dev.env`, for `source`, for `node --env-file` and for the command line. */
export async function writeDevEnv(
  handlersDir: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly file: string }> {
  const folder = join(projectRoot(handlersDir), '.chordal');
  const file = join(folder, 'dev.env');
  const lines = [`# Written by \`chordal dev\`, process ${process.pid}. Do not commit it.`, ...shellExports(env)];
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
  await chmod(`${file}.new`, 0o600);
  await rename(`${file}.new`, file);
  return { file: relative(process.cwd(), file) };
}

/** Returns the environment of the `chordal dev` that runs in a project now; undefined if none does. */
export async function runningDevEnv(handlersDir: string): Promise<Readonly<Record<string, string>> | undefined> {
  const file = join(projectRoot(handlersDir), '.chordal', 'dev.env');
  return (await lastStart(file))?.isUp === true ? readEnvFile(file) : undefined;
}

// --- internal ---

/** The start of `chordal dev` that has written a file of variables. */
interface Start {
  readonly port: number;
  readonly accessKey: string;
  readonly pid: number;
  readonly isUp: boolean;
}

async function lastStart(file: string): Promise<Start | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const { [ENDPOINTS]: given = '' } = readEnvFile(file);
  const [, pid = '0'] = /\bprocess (\d+)\b/.exec(text) ?? [];
  const { sqs, accessKeyId } = objectIn(given);
  const port = typeof sqs === 'string' && URL.canParse(sqs) ? Number(new URL(sqs).port) : 0;
  if (port === 0 || port > LAST_FIRST_PORT || typeof accessKeyId !== 'string') return undefined;
  const isUp = isAlive(Number(pid)) && (await problemOf(port)) !== undefined;
  return { port, accessKey: accessKeyId, pid: Number(pid), isUp };
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    return hasCode(error, 'EPERM');
  }
}

/** Returns the first port: the given one, that of the last start, or the first of those that are free and the problem with the other. */
async function firstPort(
  given: number | undefined,
  last: number | undefined,
): Promise<{ readonly first: number; readonly problem?: string }> {
  const wanted = given ?? last ?? FIRST_PORT;
  const problem = await problemFrom(wanted);
  if (problem === undefined) return { first: wanted };
  if (given === undefined) return { first: await firstFree(), problem };
  throw new ConfigurationError(
    `Cannot start chordal dev on the ports ${given} to ${given + PORTS - 1}: ${problem}. Choose others with --port, or none.`,
  );
}

/** Projects on one machine lie ten ports apart. */
async function firstFree(): Promise<number> {
  for (let port = FIRST_PORT; port < FIRST_PORT + 1000; port += 10)
    if ((await problemFrom(port)) === undefined) return port;
  throw new ConfigurationError(
    `Cannot start chordal dev: no ${PORTS} ports in a row are free from ${FIRST_PORT} on. Choose one with --port.`,
  );
}

/** Returns why the ports from the first one on cannot be used; undefined if they can. */
async function problemFrom(first: number): Promise<string | undefined> {
  const all = await Promise.all(Array.from({ length: PORTS }, (_, index) => problemOf(first + index)));
  return all.find((problem) => problem !== undefined);
}

async function problemOf(port: number): Promise<string | undefined> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  server.once('error', (cause) => resolve(portProblem(port, cause)));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  return promise;
}
