import { redrive, workOf } from '../client/redrive.ts';
import { reportResult } from '../client/results/report.ts';
import { InvalidMessage } from '../core/errors/caller.ts';
import { isJoinFrame } from '../core/protocol/frames.ts';
import { decodeDead } from '../core/protocol/message-codec.ts';
import type { DeadLetter } from '../ports/records.ts';
import type { OpenCloud } from './clouds/cloud.ts';
import { errorJson } from './outcome-json.ts';
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

/** What is done with dead letters. */
export type DeadLetterAction = 'list' | 'redrive' | 'purge';

/** Which dead letters are meant: those of the last days and, if ids are given, of these alone. */
export interface DeadLetterChoice {
  readonly days: number;
  readonly ids: readonly string[];
}

/**
 * Does something with dead letters, and answers with a line for each, oldest first, and with the exit code.
 *
 * @throws UsageError, before anything is done, for an id that no dead letter has
 */
export async function handleDeadLetters(
  action: DeadLetterAction,
  choice: DeadLetterChoice,
  cloud: OpenCloud,
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
  if (letters.length === 0) output.note(`There are no dead letters of the last ${choice.days} days.`);
  return hasFailed ? 1 : 0;
}

// --- internal ---

const DAY_MS = 86_400_000;

const ACTIONS: Readonly<
  Record<DeadLetterAction, (letter: DeadLetter, cloud: OpenCloud, output: Output) => Promise<object>>
> = {
  list: async (letter) => ({
    id: letter.id,
    at: new Date(letter.at).toISOString(),
    ...taskOf(letter),
    reason: letter.reason,
  }),
  redrive: redriveOne,
  purge: async (letter, { engine }) => {
    await engine.records.deleteDeadLetter({ letter });
    return { purged: letter.id };
  },
};

/** What fails for want of a worker, and not by its own doing. */
const LOST: ReadonlySet<string> = new Set(['WorkerLostError', 'NotRegistered']);

async function chosen({ days, ids }: DeadLetterChoice, { engine }: OpenCloud): Promise<readonly DeadLetter[]> {
  const now = engine.clock.now();
  const letters = await engine.records.deadLetters({ since: now - days * DAY_MS, now });
  const missing = ids.find((id) => !letters.some((letter) => letter.id === id));
  if (missing !== undefined) {
    throw new UsageError(
      `Cannot find a dead letter of ${missing} in the last ${days} days: \`chordal dlq list\` shows those that there are`,
    );
  }
  return ids.length === 0 ? letters : letters.filter(({ id }) => ids.includes(id));
}

/** Only what failed because its message died is run again: anything else of it has run, or still does. */
async function redriveOne(letter: DeadLetter, { engine }: OpenCloud, output: Output): Promise<object> {
  const work = workOf(letter);
  const { state, error } = await reportResult(engine, work.id, 0);
  const isLost = error !== undefined && error.failedTaskId === work.id && LOST.has(error.errorType);
  if (!isLost) {
    throw new InvalidMessage(
      `Cannot redrive ${letter.id} as it did not fail for its message: current value is ${state}${error === undefined ? '' : `, ${error.errorType}`}; purge its letter`,
    );
  }
  const id = await redrive(engine, letter, work);
  await engine.records.deleteDeadLetter({ letter });
  if (work.frames.some(isJoinFrame))
    output.note(`${letter.id} was in a group that has failed; its new value stays outside of it.`);
  return { old: letter.id, new: id };
}

function taskOf({ body, id }: DeadLetter): { readonly task?: string } {
  try {
    const message = decodeDead(body, id);
    return message.kind === 'run' ? { task: message.sig.task } : {};
  } catch {
    // What nobody can read has no task.
    return {};
  }
}
