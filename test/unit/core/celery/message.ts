import type { Json, JsonObject } from '../../../../src/core/values/json.ts';

/** The unusual parts that a message of Celery may have. */
export interface Given {
  readonly id?: string;
  readonly task?: string;
  readonly args?: readonly Json[];
  readonly kwargs?: JsonObject;
  readonly embed?: JsonObject;
  readonly headers?: JsonObject;
  readonly envelope?: JsonObject;
  /** Whether the whole is base64, as kombu writes it by default. Default true. */
  readonly isBase64?: boolean;
}

/** A message as kombu's SQS transport writes it. */
export function celeryText(given: Given = {}): string {
  const { id = 'a', task = 'proj.add', args = [], kwargs = {}, embed = {}, headers = {}, envelope = {} } = given;
  const nothing = { callbacks: null, errbacks: null, chain: null, chord: null };
  const body = JSON.stringify([args, kwargs, { ...nothing, ...embed }]);
  const text = JSON.stringify({
    body: base64(body),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { lang: 'py', task, id, shadow: null, eta: null, expires: null, timelimit: [null, null], ...headers },
    properties: { correlation_id: id, body_encoding: 'base64' },
    ...envelope,
  });
  return given.isBase64 === false ? text : base64(text);
}

/** A signature as Celery writes it into a message. */
export function celerySignature(task: string, options: JsonObject = {}, args: readonly Json[] = []): JsonObject {
  return { task, args, kwargs: {}, options, subtask_type: null, immutable: false };
}

/** A chord that is sent: its members' messages, the ids of its group, and the id of its body. */
export function celeryChord(n: number, body: JsonObject = {}): { texts: string[]; group: string; members: string[] } {
  const members = Array.from({ length: n }, (_, x) => `m${x}`);
  const chord = celerySignature('proj.tsum', { task_id: 'body', group_id: 'g', ...body });
  const texts = members.map((id, x) =>
    celeryText({ id, args: [x, 1], embed: { chord }, headers: { group: 'g', group_index: x } }),
  );
  return { texts, group: 'g', members };
}

// --- internal ---

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
