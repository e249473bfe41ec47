/**
 * Ids are paths, made from the top down and never random below the workflow's id `W`.
 *
 * | segment | is |
 * | --- | --- |
 * | `.i` | step i of a chain |
 * | `~i` | member i of a group |
 * | `!n` | the replacement of the id, decided at attempt n − 1 (only in a base: see {@link idOfBase}) |
 * | `^n` | the n-th link or error callback |
 *
 * A tail position (a chain's last step, a chord's body, a replacement) keeps the id of the whole. The ids below a
 * position begin with its *base*: the id itself, or `id!n` inside a replacement.
 */

const WORKFLOW_ID = /^[A-Za-z0-9_:-]{1,100}$/;
const ID = /^[A-Za-z0-9_:-]{1,100}(?:[.~!^]\d{1,9})*$/;
const MADE_HERE = /^(?:[dl]-[A-Za-z0-9_-]{32,36}|[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/;
const RANDOM_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const STRANGERS = 'submit:';
/** The most characters of an id: a key of the table also holds the text beside the id (DynamoDB: 1,024 bytes). */
export const MAX_ID = 1000;
/** An ending that an id never has. */
const REST = '.*';
const SEGMENT = /[.~!^]\d+/g;

/** Returns whether `text` may be the id of a workflow: 1 to 100 of `A–Z a–z 0–9 _ : -`. */
export function isWorkflowId(text: string): boolean {
  return WORKFLOW_ID.test(text);
}

/**
 * Returns whether `text` has the form of the ids that this package makes: of a UUID of version 8, of a launch inside a
 * task, or of a `dedupKey`. A caller cannot ask for such an id: it may be that of another workflow.
 */
export function isMadeHere(text: string): boolean {
  return MADE_HERE.test(text);
}

/**
 * Returns the id of a workflow that a stranger asked for by name. Such ids have a name space of their own. A random UUID
 * stays as it is, since a canvas that Celery has frozen names its results by it, and it cannot be guessed.
 *
 * @example
 * ```ts
 * strangersId('order-17'); // 'submit:order-17'
 * ```
 */
export function strangersId(text: string): string {
  return RANDOM_UUID.test(text) || isStrangers(text) ? text : `${STRANGERS}${text}`;
}

/** Returns whether an id is in the name space of {@link strangersId}. */
export function isStrangers(text: string): boolean {
  return text.startsWith(STRANGERS);
}

/** Returns whether `text` is a well-formed id of a workflow or of something inside one. */
export function isId(text: string): boolean {
  return text.length <= MAX_ID && ID.test(text);
}

/** Returns the id of step `index` of the chain at `base`. */
export function stepId(base: string, index: number): string {
  return `${base}.${index}`;
}

/** Returns which step of its chain an id is, from 0. */
export function stepIndex(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}

/** Returns whether `id` is that of a step of the chain at `base`, and of nothing inside a step. */
export function isStepOf(base: string, id: string): boolean {
  return id.startsWith(`${base}.`) && /^\d+$/.test(id.slice(base.length + 1));
}

/** Returns the id of member `index` of the group at `base`. */
export function memberId(base: string, index: number): string {
  return `${base}~${index}`;
}

/** Returns the base of the plan that replaces `id` and runs as attempt `attempt`. */
export function replacementBase(id: string, attempt: number): string {
  return `${id}!${attempt}`;
}

/** Returns the step before the one that an id names as its own; undefined for a first step, and for what is no step. */
export function stepBefore(id: string): string | undefined {
  const [, base, digits] = /^(.+)\.(\d+)$/.exec(id) ?? [];
  const index = Number(digits);
  return base === undefined || index === 0 ? undefined : stepId(base, index - 1);
}

/** Returns the id of the canvas that the callback at `index` of `id` starts. */
export function callbackId(id: string, index: number): string {
  // @defect callback-ids-are-derived
  return `${id}^${index}`;
}

/** Returns the id that stands at `base`: the base without a replacement's mark. */
export function idOfBase(base: string): string {
  return base.replace(/!\d+$/, '');
}

/** Returns the workflow an id belongs to. */
export function workflowOf(id: string): string {
  const end = id.search(/[.~!^]/);
  return end < 0 ? id : id.slice(0, end);
}

/** Returns the ids that enclose `id`, innermost first, without `id` itself. */
export function enclosingIds(id: string): readonly string[] {
  const enclosing: string[] = [];
  for (let end = lastSegmentAt(id); end > 0; end = lastSegmentAt(id.slice(0, end))) {
    const outer = id.slice(0, end);
    if (!/!\d+$/.test(outer)) enclosing.push(outer);
  }
  return enclosing;
}

/**
 * Returns the scope of the rest of a workflow that has ended: everything inside it except callbacks, which report its
 * end.
 */
export function restOf(workflow: string): string {
  return `${workflow}${REST}`;
}

/** Returns whether a revocation of `scope` also covers `id`: `W.1` covers `W.1~0`, not `W.10`. */
export function covers(scope: string, id: string): boolean {
  if (scope.endsWith(REST)) return !id.includes('^') && covers(scope.slice(0, -REST.length), id);
  return id.startsWith(scope) && /^(?:[.~!^]|$)/.test(id.slice(scope.length));
}

/**
 * Returns whether `id` lies downstream of a failure at `failedId`, so that it will never have an outcome of its own.
 *
 * At the first segment in which they differ, both are steps and `id`'s is the later one; or the failure's is a step and
 * the id's a group's member (the chain's last step is that group); or `id` encloses the failure.
 *
 * @example
 * ```ts
 * isDownstream('W.1', 'W.2'); // true
 * isDownstream('W.1~0', 'W.1~1'); // false: a sibling runs on
 * ```
 */
export function isDownstream(failedId: string, id: string): boolean {
  const failed = segments(failedId);
  const asked = segments(id);
  const at = asked.findIndex((segment, index) => segment !== failed[index]);
  const mine = asked[at];
  const theirs = failed[at];
  if (mine === undefined) return true;
  if (theirs === undefined || !theirs.startsWith('.')) return false;
  if (mine.startsWith('.')) return Number(mine.slice(1)) > Number(theirs.slice(1));
  // @defect steps-behind-a-failure
  return mine.startsWith('~');
}

// --- internal ---

function segments(id: string): readonly string[] {
  return [workflowOf(id), ...(id.match(SEGMENT) ?? [])];
}

function lastSegmentAt(id: string): number {
  return Math.max(id.lastIndexOf('.'), id.lastIndexOf('~'), id.lastIndexOf('!'), id.lastIndexOf('^'));
}
