/**
 * The program of a process that runs one Lambda function on LocalStack. `python/chordal_localstack` starts it, and sends it one invocation
 * at a time: a request is a line of JSON on a socket, and so is a reply.
 */
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setImmediate as immediately } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { FunctionError } from '../function-error.ts';
import { lambdaConsole } from './lambda-console.ts';

/** The description of the function that the process gets as its last argument. */
interface FunctionSettings {
  /** The file descriptor of the socket. */
  readonly socket: number;
  /** The folder of the function's code. */
  readonly root: string;
  /** `folder/file.export`. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryMb: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logsJson: boolean;
  readonly logLevel: string;
}

interface Request {
  readonly requestId: string;
  /** The event, as JSON. */
  readonly event: string;
  readonly arn: string;
  readonly deadlineAt: number;
}

/** The first reply says that the handler is loaded; each later one ends an invocation. After the last one the process ends. */
type Reply =
  | { readonly isLoaded: true }
  | { readonly value: string }
  | { readonly error: FunctionError; readonly isLast?: true };

type Handler = (event: unknown, context: object) => unknown;

// The executor writes the argument, and the requests below.
const settings = JSON.parse(process.argv.at(-1) ?? '') as FunctionSettings;
let requestId: string | undefined;
const socket = new Socket({ fd: settings.socket, readable: true, writable: true });
socket.setEncoding('utf8').on('close', () => process.exit());
Object.assign(console, lambdaConsole({ ...settings, requestId: () => requestId }));
process.on('uncaughtException', (error) => void endWith(error, 129));
process.on('unhandledRejection', (reason) => {
  const message = reason instanceof Error ? reason.message : format(reason);
  void endWith(named('Runtime.UnhandledPromiseRejection', message, reason), 128);
});

try {
  const handler = await loadHandler(settings);
  let line = '';
  socket.on('data', (part) => {
    line += String(part);
    if (!line.endsWith('\n')) return;
    const request = JSON.parse(line) as Request;
    line = '';
    void serve(handler, request);
  });
  await reply({ isLoaded: true });
} catch (error) {
  await endWith(error, 1);
}

// --- internal ---

async function serve(handler: Handler, request: Request): Promise<void> {
  ({ requestId } = request);
  try {
    const value = JSON.stringify(await handler(JSON.parse(request.event), contextOf(request))) ?? 'null';
    // An unhandled rejection ends the process before its reply is out.
    await immediately();
    await reply({ value });
  } catch (error) {
    await reply({ error: logged(error) });
  }
}

function contextOf({ requestId: awsRequestId, arn, deadlineAt }: Request): object {
  const { functionName, functionVersion, memoryMb, logGroupName, logStreamName } = settings;
  return {
    awsRequestId,
    functionName,
    functionVersion,
    invokedFunctionArn: arn,
    memoryLimitInMB: String(memoryMb),
    logGroupName,
    logStreamName,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAt - Date.now()),
  };
}

/** Finds a handler in the way of Lambda: the part after the first dot of the file's name is the path of an export. */
async function loadHandler({ root, handler: name }: FunctionSettings): Promise<Handler> {
  const [, file, path] = /^([^.]+)\.(.+)$/.exec(basename(name)) ?? [];
  if (file === undefined || path === undefined)
    throw named('Runtime.MalformedHandlerName', `Cannot read "${name}" as the name of a handler`);
  const stem = join(root, dirname(name), file);
  const found = ['.js', '.mjs', '.cjs'].map((extension) => `${stem}${extension}`).find((one) => existsSync(one));
  if (found === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${stem}'`);
  const module = await importModule(found);
  // A CommonJS module can have exports that Node does not find by their names.
  const exported = exportAt(module, path) ?? exportAt(module, `default.${path}`);
  if (typeof exported !== 'function') throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  // A function that takes other arguments fails when it is called, as on Lambda.
  return exported as Handler;
}

async function importModule(path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error), error);
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      throw named('Runtime.ImportModuleError', String(error), error);
    throw error;
  }
}

function exportAt(module: unknown, path: string): unknown {
  const member = (value: unknown, name: string): unknown =>
    Object.entries(value ?? {}).find(([key]) => key === name)?.[1];
  return path.split('.').reduce(member, module);
}

/** Returns an error in the form that Lambda gives it. Lambda logs it too. */
function logged(error: unknown): FunctionError {
  const described =
    error instanceof Error
      ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
      : { errorType: typeof error, errorMessage: format(error), trace: [] };
  console.error('Invoke Error', JSON.stringify(described));
  return described;
}

function named(name: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name });
}

async function endWith(error: unknown, exitCode: number): Promise<void> {
  await reply({ error: logged(error), isLast: true });
  process.exit(exitCode);
}

function reply(message: Reply): Promise<void> {
  return new Promise((done) => socket.write(`${JSON.stringify(message)}\n`, () => done()));
}
