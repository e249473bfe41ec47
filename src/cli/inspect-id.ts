import { reportResult } from '../client/results/report.ts';
import type { ResultReport } from '../client/results/report.ts';
import type { Json } from '../core/values/json.ts';
import { toAnswer } from '../core/values/serializer.ts';
import type { OpenCloud } from './clouds/cloud.ts';

/** All that is known of one id. */
export interface Inspection extends ResultReport {
  /** Of what has not ended: the meta of its last `updateState`. */
  readonly meta?: Json;
  /** The ids of what its task has launched. */
  readonly children: readonly string[];
}

/** Reads all that is known of one id. */
export async function inspectId({ app, engine }: OpenCloud, id: string): Promise<Inspection> {
  const handle = app.asyncResult(id);
  const [report, children] = await Promise.all([reportResult(engine, id, 0), handle.children()]);
  const isEnded = 'value' in report || 'error' in report;
  const meta = isEnded ? undefined : await handle.info();
  return {
    ...report,
    ...(meta !== undefined && { meta: toAnswer(meta, `the meta of ${id}`) }),
    children: children.map(({ taskId }) => taskId),
  };
}
