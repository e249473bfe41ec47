import { ConfigurationError, NotRegistered } from '../core/errors/caller.ts';
import { NO_LIMIT, rateInterval } from '../core/task/rate.ts';
import { describe } from '../core/text/describe.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import type { Control, Purged, Receiving, RevokeByStampOptions, RevokedStamps } from '../core/types/control.ts';
import { checkedOptions, LIMIT, optionsObject } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import type { Engine } from '../engine/engine.ts';
import { ofRun } from '../engine/task/context.ts';
import { readId } from './read-id.ts';
import { revokeStamps, sendRevocation, STANDS_MS } from './revoke.ts';
import { taskOrQueue } from './task-or-queue.ts';

/** Makes the control of an app. */
export function makeControl(engine: Engine): Control {
  return {
    revoke: (ids: unknown) => ofRun(revoke(engine, ids)),
    rateLimit: (task: unknown, limit: unknown) => ofRun(setRate(engine, task, limit)),
    pause: (name: unknown) => ofRun(setReceiving(engine, name, false)),
    resume: (name: unknown) => ofRun(setReceiving(engine, name, true)),
    purge: (name: unknown) => ofRun(purge(engine, name)),
    revokeByStamp: (stamps: RevokedStamps, options: RevokeByStampOptions = {}) =>
      ofRun(revokeByStamp(engine, stamps, options)),
  };
}

// --- internal ---

async function revoke(engine: Engine, ids: unknown): Promise<void> {
  const all = [ids].flat().map(readId);
  for (const id of all) await sendRevocation(engine, id);
}

async function revokeByStamp(engine: Engine, stamps: RevokedStamps, options: RevokeByStampOptions): Promise<void> {
  const given = checkedOptions<RevokeByStampOptions>(options, { seconds: SECONDS }, 'a revocation');
  const { seconds = DEFAULT_SECONDS } = given;
  await revokeStamps(engine, optionsObject(stamps, 'the stamps of a revocation'), seconds * 1000);
}

async function setRate(engine: Engine, task: unknown, limit: unknown): Promise<void> {
  if (typeof task !== 'string' || engine.queueOf(task) === undefined) {
    const known = engine.taskNames().filter((name) => engine.queueOf(name) !== undefined);
    const near = typeof task === 'string' ? nearest(task, known) : undefined;
    const hint = near === undefined ? `Known tasks: ${known.join(', ')}.` : `Did you mean ${near}?`;
    throw new NotRegistered(
      `Cannot limit the rate of ${describe(task)}: no function runs a task of that name. ${hint}`,
      {
        task: String(task),
        known,
      },
    );
  }
  await engine.records.setRate({ task, limit: readLimit(limit, task) });
}

function readLimit(limit: unknown, task: string): string | null {
  if (limit === null) return null;
  const text = typeof limit === 'string' || typeof limit === 'number' ? String(limit) : describe(limit);
  // Whatever is not a limit is refused, with its value.
  if (text !== NO_LIMIT) rateInterval(text, task);
  return text;
}

/** Has the function of a task, or of a queue, receive from now on, or not. */
async function setReceiving(engine: Engine, name: unknown, receiving: boolean): Promise<Receiving> {
  const verb = receiving ? 'resume' : 'pause';
  const { queue, tasks } = taskOrQueue(engine, name, verb);
  const operations = await engine.operations();
  if (await operations.setReceiving({ queue, isReceiving: receiving })) return { queue, receiving, tasks };
  throw new ConfigurationError(
    `Cannot ${verb} ${queue}: no function receives from that queue. Deploy the stack, or start \`chordal dev\`.`,
  );
}

/** How long workers may take to see a purge. A message that is sent after it has a later time. */
const PURGE_SEEN_MS = 1000;

/**
 * Discards the messages of a task, or of a queue, that have been sent by now. The time is that of the queue, which dates its messages:
 * the clock of this machine may be wrong.
 */
async function purge(engine: Engine, name: unknown): Promise<Purged> {
  const { queue, tasks, task } = taskOrQueue(engine, name, 'purge');
  const operations = await engine.operations();
  const high = engine.highQueueOf(queue);
  // @defect high-queues-are-purged
  const queues = high === undefined ? [queue] : [queue, high];
  const looks = await Promise.all(queues.map((one) => operations.lookAt({ queue: one })));
  // A message of this millisecond has been sent by now.
  const before = Math.round(Math.max(...looks.map(({ now }) => now))) + 1;
  if (task === undefined) for (const one of queues) await engine.records.purge({ queue: one, before });
  else await engine.records.purge({ task, before });
  const waiting = looks.reduce((sum, { visible, delayed }) => sum + visible + delayed, 0);
  await engine.clock.sleep(PURGE_SEEN_MS);
  return { queue, tasks: task === undefined ? tasks : [task], waiting, before: new Date(before) };
}

/** As long as a message may wait, and the items of its workflow live. */
const DEFAULT_SECONDS = 15 * 86_400;

const SECONDS: OptionCheck = {
  is: (value) => LIMIT.is(value) && Number(value) * 1000 <= STANDS_MS,
  want: `${LIMIT.want}, at most ${STANDS_MS / 1000}, which is 366 days`,
};
