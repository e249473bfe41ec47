import { InvalidMessage } from '../core/errors/caller.ts';
import { lastStart } from '../core/protocol/lifetime.ts';
import { keptFor } from '../core/protocol/lifetime.ts';
import { decodedOrError, isNewer } from '../core/protocol/message-codec.ts';
import type { ExpandMessage, RunMessage } from '../core/protocol/message.ts';
import { isStoredItems } from '../core/protocol/plan.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { chainsAround, remainsOf } from '../core/protocol/remaining-plan.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { compact } from '../core/values/compact.ts';
import type { Engine } from '../engine/engine.ts';
import { storePlan } from '../engine/store-plan.ts';
import type { DeadLetter } from '../ports/records.ts';
import { checkPlan } from './check-canvas.ts';
import { copiedInput, loadItems, withCopiedValues, withoutBlocks } from './copied-work.ts';
import { noteSubmission } from './note-submission.ts';
import { clientOrigin, sendFirst } from './submit.ts';

/** A message that stands for work. */
export type DeadWork = RunMessage | ExpandMessage;

/**
 * The work that a dead letter stands for.
 *
 * @throws InvalidMessage if it does not stand for any, or can't be read
 */
export function workOf({ body, id }: DeadLetter): DeadWork {
  const message = decodedOrError(body, id);
  if (message instanceof Error) {
    const text = `Cannot redrive ${id}: its message cannot be read. Purge its letter. (${message.message})`;
    throw new InvalidMessage(text, { cause: message });
  }
  if (isNewer(message))
    throw new InvalidMessage(
      `Cannot redrive ${id}: ${mismatch('a message of version 1', `version ${message.newer}`)}. Use a newer release.`,
    );
  if (message.kind !== 'revoke') return message;
  throw new InvalidMessage(`Cannot redrive ${id}: it is a request for a revocation, which has been performed`);
}

/**
 * Submits the work that a dead message would have run, and the steps after it in its chains, as a new workflow. Returns
 * the id of that workflow. Anything that has an outcome keeps it. The id is the same each time for one letter, so a
 * second call does not start anything that has an outcome. The new workflow has its own copies of all that the message
 * points to, and outlives the old one.
 *
 * @throws NotRegistered, before anything is sent, if no function runs one of the tasks
 * @throws UnknownResult, before anything is sent, if arguments, steps or values that it needs have expired
 */
export async function redrive(engine: Engine, { at, id: letterId }: DeadLetter, work: DeadWork): Promise<string> {
  const id = `r-${engine.nonces.digest(`${at}|${letterId}|${work.mid}`)}`;
  const [first, chains] = await Promise.all([
    firstSteps(engine, work),
    Promise.all(
      chainsAround(work.frames).map(async ({ steps, i, links = [] }) => ({
        steps: await loadItems(engine, steps, isStoredItems(steps) ? i : 0),
        links,
      })),
    ),
  ]);
  const links = [...(work.links ?? []), ...('seq' in work.sig ? (work.sig.links ?? []) : [])];
  const loaded = await withoutBlocks(engine, remainsOf(first, links, chains));
  checkPlan(engine, loaded);
  const until = keptFor(lastStart(loaded, engine.clock.now()));
  const whole = await withCopiedValues(engine, loaded, { id, until });
  const input = await copiedInput(engine, whole, work.in, { id, until });
  const plan = await storePlan(engine.payloads, { plan: whole, base: id, until });
  const { depth, tenant, traceparent, headers, stamps } = work;
  const carried = compact({ tenant, traceparent, headers, stamps });
  const origin = { ...clientOrigin(engine, until, true), depth, ...carried };
  const start = { at: { id, base: id, links: [], attempt: 0 }, plan, input, frames: [] };
  const sending = { id, plan: whole, app: REDRIVEN_BY, tenant, parent: letterId, until };
  await Promise.all([noteSubmission(engine, sending), sendFirst(engine, origin, start, { canAskAgain: true })]);
  return id;
}

// --- internal ---

/** The app of redriven work, as the journal names it. */
const REDRIVEN_BY = 'redrive';

async function firstSteps(engine: Engine, { sig, ...message }: DeadWork): Promise<readonly Plan[]> {
  if ('seq' in sig) return loadItems(engine, sig.seq);
  if ('task' in sig || message.kind === 'run' || message.lo === undefined) return [sig];
  // A range of a group's members is a group of its own.
  return [{ ...sig, par: await loadItems(engine, sig.par, message.lo, message.hi) }];
}
