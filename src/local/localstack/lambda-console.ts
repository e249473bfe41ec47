import { format } from 'node:util';

/** How a function logs. */
export interface LambdaConsoleOptions {
  /** Whether a line is JSON; otherwise its fields are separated by tabs. */
  readonly logsJson: boolean;
  /** The lowest level that is printed. */
  readonly logLevel: string;
  /** The invocation in progress. */
  readonly requestId: () => string | undefined;
  /** Default: stdout of the process. */
  readonly write?: (line: string) => void;
  /** Default: the time of the machine. */
  readonly now?: () => Date;
}

type Method = 'trace' | 'debug' | 'log' | 'info' | 'warn' | 'error';

/** Makes the methods of `console` that Lambda replaces: each prints time, level and request beside the message. */
export function lambdaConsole({
  logsJson,
  logLevel,
  requestId,
  write = (line) => void process.stdout.write(`${line}\n`),
  now = () => new Date(),
}: LambdaConsoleOptions): Readonly<Record<Method, (...args: readonly unknown[]) => void>> {
  const from = LEVELS.indexOf(logLevel.toUpperCase());
  const lineOf = logsJson ? jsonLine : textLine;
  const at =
    (level: string) =>
    (...args: readonly unknown[]): void => {
      if (LEVELS.indexOf(level) >= from) write(lineOf(now().toISOString(), requestId(), level, args));
    };
  const info = at('INFO');
  return { trace: at('TRACE'), debug: at('DEBUG'), log: info, info, warn: at('WARN'), error: at('ERROR') };
}

// --- internal ---

const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

function textLine(timestamp: string, requestId: string | undefined, level: string, args: readonly unknown[]): string {
  // A line feed would begin another event in CloudWatch Logs.
  return [timestamp, requestId, level, format(...args).replaceAll('\n', '\r')].join('\t');
}

function jsonLine(timestamp: string, requestId: string | undefined, level: string, args: readonly unknown[]): string {
  const [first] = args;
  const message = args.length === 1 && !(first instanceof Error) ? first : format(...args);
  return JSON.stringify({ timestamp, level, requestId, message });
}
