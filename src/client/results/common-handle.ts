import { addressOf } from '../../core/protocol/address.ts';
import type { Result } from '../../core/protocol/outcome.ts';
import { doneOf } from '../../core/protocol/parts.ts';
import type { AsyncResult, GetOptions } from '../../core/types/results.ts';
import { decode } from '../../core/values/serializer.ts';
import type { Engine } from '../../engine/engine.ts';
import { ofRun } from '../../engine/task/context.ts';
import { sendRevocation } from '../revoke.ts';
import { readParts } from './parts.ts';
import { readProgress, readVisible, retryIn, stateOf, unwrap } from './read-result.ts';
import { retryError } from './result-errors.ts';

type Handle = AsyncResult<unknown>;

/** The parts of a handle that all kinds have. */
export type Common = Pick<
  Handle,
  | 'taskId'
  | 'state'
  | 'status'
  | 'ready'
  | 'successful'
  | 'failed'
  | 'info'
  | 'progress'
  | 'graph'
  | 'predecessor'
  | 'revoke'
  | 'forget'
>;

/** The states of a group's members in order; undefined for one that has not ended. */
export type MemberStates = readonly (Result['state'] | undefined)[];

/** Returns the parts of a handle that all kinds have. */
export function commonHandle(engine: Engine, id: string, parent: () => Handle | null): Common {
  const state = (): ReturnType<Handle['state']> => stateOf(engine, id);
  return {
    taskId: id,
    state,
    status: state,
    ready: async () => (await readVisible(engine, id)).outcome !== undefined,
    successful: async () => (await state()) === 'SUCCESS',
    failed: async () => (await state()) === 'FAILURE',
    info: () => infoOf(engine, id),
    progress: async () => {
      const { cell } = await readVisible(engine, id);
      return doneOf(await readParts(engine, id, cell), id, cell);
    },
    graph: async () => {
      // A worker rarely asks for one: its start does without.
      const { graphFrom } = await import('./graph.ts');
      return graphFrom(engine, id, parent());
    },
    predecessor: async () => parent(),
    revoke: () => ofRun(sendRevocation(engine, id)),
    forget: () => forget(engine, id),
  };
}

/** Returns the value of an outcome; throws its error, or returns it. */
export async function opened(
  engine: Engine,
  id: string,
  outcome: Result,
  { propagate = true }: GetOptions,
): Promise<unknown> {
  const result = await unwrap(engine, id, outcome);
  if ('value' in result) return result.value;
  if (propagate) throw result.error;
  return result.error;
}

/** Returns the state of a group: of its outcome, or of its members if a step follows and nothing is written for it. */
export async function groupState(
  engine: Engine,
  id: string,
  isLast: boolean,
  states: () => Promise<MemberStates>,
): Promise<string> {
  const { outcome } = await readVisible(engine, id);
  if (outcome !== undefined) return outcome.state;
  if (isLast) return 'PENDING';
  const all = await states();
  if (all.includes('FAILURE')) return 'FAILURE';
  if (all.includes('REVOKED')) return 'REVOKED';
  return all.includes(undefined) ? 'PENDING' : 'SUCCESS';
}

// --- internal ---

async function infoOf(engine: Engine, id: string): Promise<unknown> {
  const visible = await readVisible(engine, id);
  if (visible.outcome !== undefined) return opened(engine, id, visible.outcome, { propagate: false });
  const progress = await readProgress(engine, id, visible);
  if (progress !== undefined) return decode(progress.meta, `the meta of ${id}`);
  const retry = retryIn(visible);
  return retry === undefined ? undefined : retryError(engine, id, retry);
}

/** Removes the value of the id's own outcome. An id that never ran shows the error of the one that has failed, which stays. */
async function forget(engine: Engine, id: string): Promise<void> {
  const outcome = await engine.outcomes.forget({ address: addressOf(id) });
  const refs = [outcome?.value, outcome?.run?.call].flatMap((value) =>
    value !== undefined && 'ref' in value ? [value.ref] : [],
  );
  await Promise.all(refs.map((ref) => engine.payloads.removeValue({ ref })));
}
