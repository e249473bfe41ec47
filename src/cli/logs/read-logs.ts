import { isOverQuota } from '../../adapters/aws/errors.ts';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { addressOf } from '../../core/protocol/address.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { timeInId } from '../../core/protocol/journal.ts';
import { messageOf } from '../../core/text/describe.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Output } from '../output.ts';
import { logLineOf } from './log-line.ts';
import type { LogEvent, LogSource } from './log-source.ts';

/** The lines that `chordal logs` prints. */
export interface LogRequest {
  /** Of a task or a canvas. */
  readonly id: string;
  /** The beginning of the names of the stack's functions. */
  readonly prefix: string;
  /** How far back to look. Default: as the id and its item say. */
  readonly hours?: number | undefined;
  /** Go on until this resolves. Default: print what there is. */
  readonly until?: Promise<void> | undefined;
}

/**
 * Prints the log lines of an id, the oldest first.
 *
 * @throws ConfigurationError if the logs cannot be reached; without `until` also if there are none of the stack
 */
export async function readLogs(
  engine: Pick<Engine, 'outcomes' | 'clock'>,
  logs: LogSource,
  output: Pick<Output, 'answer' | 'note'>,
  { id, prefix, hours, until }: LogRequest,
): Promise<void> {
  const name = `/aws/lambda/${prefix}`;
  const list = (): Promise<readonly string[]> => reached(id, () => logs.groups(name));
  const groups = await list();
  if (groups.length === 0) {
    const reason = `Cannot find the logs of this stack: there is no log group whose name begins with ${name}. No function of it has run, its logs go elsewhere, or CHORDAL_QUEUE_PREFIX is of another stack.`;
    if (until === undefined) throw new ConfigurationError(reason);
    output.note(reason);
  }
  const window = await windowOf(engine, id, hours);
  const told = new Set<string>();
  const print: Print = async (all, from, to) => {
    const events = await reached(id, () => eventsOf(logs, all, { text: id, from, to }));
    const fresh = events.filter((event) => !told.has(keyOf(event)));
    for (const event of fresh) told.add(keyOf(event));
    const lines = fresh.flatMap((event) => logLineOf(event, id) ?? []);
    for (const line of lines) output.answer(line);
    return lines.length;
  };
  if (until !== undefined) return follow(engine, { groups, start: window.from, until, list, print });
  if ((await print(groups, window.from, window.to)) > 0) return;
  const [since, end] = [window.from, window.to].map((time) => new Date(time).toISOString());
  output.note(`There are no log lines of ${id} from ${since} to ${end}. --hours looks further back.`);
}

// --- internal ---

const HOUR_MS = 3_600_000;
/** The pause of `--follow` between two looks, if the stack has few functions. */
const LOOK_MS = 1000;
/** The part of that pause for each group: an account may call `FilterLogEvents` five times a second. */
const GROUP_MS = 250;
/** How late a line may come. */
const LATE_MS = 30_000;
/** The least time between two lists of the groups. A function that runs for the first time is found before its lines are late. */
const LIST_MS = 10_000;
/** The clocks of callers and functions differ. */
const SKEW_MS = 60_000;
/** How long members of a group may go on behind its end. */
const AFTER_MS = 15 * 60_000;

function keyOf({ group, id }: LogEvent): string {
  return `${group} ${id}`;
}

/** Prints the new lines of some groups, and returns how many there were. */
type Print = (groups: readonly string[], from: number, to: number) => Promise<number>;

interface Following {
  readonly groups: readonly string[];
  /** Epoch ms of the first line. */
  readonly start: number;
  readonly until: Promise<void>;
  readonly list: () => Promise<readonly string[]>;
  readonly print: Print;
}

/** Prints lines as they come, also those that come late, and those of functions that run for the first time. */
async function follow(
  { clock }: Pick<Engine, 'clock'>,
  { groups: first, start, until, list, print }: Following,
): Promise<void> {
  const ended = until.then(() => 'ended' as const);
  let groups = first;
  let listedAt = clock.now();
  for (let from = start; ;) {
    const now = clock.now();
    await print(groups, from, now);
    from = Math.max(start, now - LATE_MS);
    const pause = Math.max(LOOK_MS, GROUP_MS * groups.length);
    if ((await Promise.race([ended, clock.sleep(pause)])) === 'ended') return;
    if (groups.length > 0 && clock.now() - listedAt < LIST_MS) continue;
    groups = await list();
    listedAt = clock.now();
  }
}

/** Returns the lines of all groups, in the order of their times. */
async function eventsOf(
  logs: LogSource,
  groups: readonly string[],
  query: { readonly text: string; readonly from: number; readonly to: number },
): Promise<readonly LogEvent[]> {
  const all = await Promise.all(groups.map(async (group) => logs.events({ ...query, group })));
  return all.flat().toSorted((left, right) => left.at - right.at);
}

/** Returns from when to when the lines of an id may be: one read of its item. */
async function windowOf(
  { outcomes, clock }: Pick<Engine, 'outcomes' | 'clock'>,
  id: string,
  hours: number | undefined,
): Promise<{ readonly from: number; readonly to: number }> {
  const now = clock.now();
  if (hours !== undefined) return { from: now - hours * HOUR_MS, to: now };
  const [{ outcome } = {}] = await outcomes.readMany({ addresses: [addressOf(id)] });
  const { queuedAt, startedAt, endedAt } = outcome?.run ?? {};
  // The run is the last attempt: the ones before it may be a day older.
  const began = queuedAt ?? startedAt ?? endedAt ?? now;
  const from = timeInId(workflowOf(id)) ?? began - 24 * HOUR_MS;
  return { from: from - SKEW_MS, to: endedAt === undefined ? now : Math.min(now, endedAt + AFTER_MS) };
}

async function reached<T>(id: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const fix = isOverQuota(cause)
      ? 'An account may search its logs a few times a second. Try again.'
      : 'It needs the rights logs:DescribeLogGroups and logs:FilterLogEvents on the log groups of the stack.';
    throw new ConfigurationError(`Cannot read the logs of ${id}: ${messageOf(cause)}. ${fix}`, { cause });
  }
}
