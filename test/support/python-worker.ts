/** A Celery worker's answer to a call, as far as the other side sees it. */

/** A call as a Python worker reads it. */
export interface PythonCall {
  readonly task: string;
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly link: PythonLink;
  readonly errorLink: PythonLink;
}

/** A signature that the worker sends when the task has ended. */
export interface PythonLink {
  readonly task: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly options: { readonly queue: string };
}

/** Reads a message as kombu and Celery do. */
export function readCall(text: string): PythonCall {
  const { body, headers, properties } = Object(JSON.parse(fromBase64(text)));
  const [args, kwargs, { callbacks, errbacks }] = Object(JSON.parse(fromBase64(body)));
  const { task, id } = headers;
  return { task, id, args, kwargs, headers, properties, link: callbacks[0], errorLink: errbacks[0] };
}

/** The message that a worker sends back: of the link with the value, of the error link with the id. */
export function answerText(link: PythonLink, first: unknown, id = 'answer'): string {
  const nothing = { callbacks: null, errbacks: null, chain: null, chord: null };
  const body = toBase64(JSON.stringify([[first], link.kwargs, nothing]));
  const headers = { lang: 'py', task: link.task, id, group: null, timelimit: [null, null], retries: 0 };
  const properties = { correlation_id: id, body_encoding: 'base64' };
  return toBase64(
    JSON.stringify({ body, 'content-encoding': 'utf-8', 'content-type': 'application/json', headers, properties }),
  );
}

// --- internal ---

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
