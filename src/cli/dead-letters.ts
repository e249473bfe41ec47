import { redrive, workOf } from '../client/redrive.ts';
import { reportResult } from '../client/results/report.ts';
import { InvalidMessage } from '../core/errors/caller.ts';
import { isJoinFrame } from '../core/protocol/frames.ts';
import { decodeDead } from '../core/protocol/message-codec.ts';
import { cutTo } from '../core/text/describe.ts';
import type { DeadLetter } from '../ports/records.ts';
import type { OpenCloud } from './clouds/cloud.ts';
import { UsageError } from './errors.ts';
import { errorJson } from './outcome-json.ts';
import type { Output } from './output.ts';

/** The actions of `chordal dlq`. */
export type DeadLetterAction = 'list' | 'redrive' | 'purge';

/** The dead letters to work on. */
export interface DeadLetterChoice {
  /** How many days to look back. */
  readonly days: number;
  /** Only the letters of these ids. Empty: all. */
  readonly ids: readonly string[];
}

/**
 * Lists, redrives or purges dead letters, prints a line for each, oldest first, and returns the exit code.
 *
 * @throws UsageError for an id that no dead letter has; nothing has been done then
 */
export async function handleDeadLetters(
  action: DeadLetterAction,
  choice: DeadLetterChoice,
  cloud: Pick<OpenCloud, 'engine'>,
  output: Output,
): Promise<number> {
  const letters = await chosen(choice, cloud);
  let hasFailed = false;
  for (const letter of letters) {
    try {
      output.answer(await ACTIONS[action](letter, cloud, output));
    } catch (error) {
      hasFailed = true;
      output.answer({ old: letter.id, error: errorJson(error) });
    }
  }
  if (letters.length === 0) output.note(`There are no dead letters from the last ${choice.days} days.`);
  return hasFailed ? 1 : 0;
}

// --- internal ---

const DAY_MS = 86_400_000;

/** How much is shown of a message that cannot be read. */
const BODY_BYTES = 200;

const ACTIONS: Readonly<
  Record<DeadLetterAction, (letter: DeadLetter, cloud: Pick<OpenCloud, 'engine'>, output: Output) => Promise<object>>
> = {
  list: async (letter) => ({
    id: letter.id,
    at: new Date(letter.at).toISOString(),
    ...contentOf(letter),
    reason: letter.reason,
  }),
  redrive: redriveOne,
  purge: async (letter, { engine }) => {
    await engine.records.deleteDeadLetter({ letter });
    return { purged: letter.id };
  },
};

/** The errors of work that failed because its message was lost, not because a task threw. */
const LOST: ReadonlySet<string> = new Set(['WorkerLostError', 'NotRegistered']);

async function chosen(
  { days, ids }: DeadLetterChoice,
  { engine }: Pick<OpenCloud, 'engine'>,
): Promise<readonly DeadLetter[]> {
  const now = engine.clock.now();
  const letters = await engine.records.deadLetters({ since: now - days * DAY_MS, now });
  const missing = ids.find((id) => !letters.some((letter) => letter.id === id));
  if (missing !== undefined) {
    throw new UsageError(
      `Cannot find a dead letter with the id ${missing} in the last ${days} days. \`chordal dlq list\` prints all of them.`,
    );
  }
  return ids.length === 0 ? letters : letters.filter(({ id }) => ids.includes(id));
}

/** Work is redriven only if it failed because its message died. Other work has run already, or is still running. */
async function redriveOne(letter: DeadLetter, { engine }: Pick<OpenCloud, 'engine'>, output: Output): Promise<object> {
  const work = workOf(letter);
  const { state, error } = await reportResult(engine, work.id, 0);
  const isLost = error !== undefined && error.failedTaskId === work.id && LOST.has(error.errorType);
  if (!isLost) {
    throw new InvalidMessage(
      `Cannot redrive ${letter.id}: its message was not lost, and its state is ${error === undefined ? state : `${state} (${error.errorType})`}. Purge its letter.`,
    );
  }
  const id = await redrive(engine, letter, work);
  await engine.records.deleteDeadLetter({ letter });
  if (work.frames.some(isJoinFrame))
    output.note(`${letter.id} was in a group that has failed. Its new value does not become part of that group.`);
  return { old: letter.id, new: id };
}

/** Returns the task of a message; of one that cannot be read its beginning, which may show who has sent it. */
function contentOf({ body, id }: DeadLetter): { readonly task?: string; readonly body?: string } {
  try {
    const message = decodeDead(body, id);
    return message.kind === 'run' ? { task: message.sig.task } : {};
  } catch {
    return { body: cutTo(body, BODY_BYTES) };
  }
}
