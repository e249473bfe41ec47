import { CanvasTooDeep } from '../errors/caller.ts';
import { compact, unlessEmpty } from '../values/compact.ts';
import { groupOf } from './signature.ts';
import type { CallOptions, SignatureData } from './signature.ts';
import { MAX_NESTING } from './weight.ts';

/** The stamps that a signature gets, and the headers that a visitor gives it beside them. */
export interface Marks {
  readonly stamps: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The places of a canvas that are stamped, as Celery's visitors name them. */
export type StampPlace =
  | 'onSignature'
  | 'onChainStart'
  | 'onChainEnd'
  | 'onGroupStart'
  | 'onGroupEnd'
  | 'onChordHeaderStart'
  | 'onChordHeaderEnd'
  | 'onChordBody'
  | 'onCallback'
  | 'onErrback';

/** The way to stamp a canvas. */
export interface Stamping {
  /** Whether a stamp of a name that stands already adds to it. Else it takes its place. */
  readonly appends: boolean;
  /** Returns the marks of a place, given the stamps from around it. */
  readonly visit: (place: StampPlace, data: SignatureData, around: Marks['stamps']) => Marks;
  /** Checks the stamps that a signature gets. */
  readonly check: (stamps: Marks['stamps']) => void;
}

/** Marks that add nothing. */
export const UNMARKED: Marks = { stamps: {}, headers: {} };

/**
 * Returns the same signature with stamps for each of its tasks and callbacks. Those from around a signature win over
 * those of its visit, and these over its own.
 *
 * @throws CanvasTooDeep if signatures nest deeper than 300.
 */
export function stamped<Data extends SignatureData>(
  data: Data,
  around: Marks,
  stamping: Stamping,
  nesting?: number,
): Data;
export function stamped(data: SignatureData, around: Marks, stamping: Stamping, nesting = 0): SignatureData {
  if (nesting > MAX_NESTING)
    throw new CanvasTooDeep(`Cannot stamp a canvas: it nests deeper than ${MAX_NESTING} signatures`);
  const { visit } = stamping;
  const inner = (child: SignatureData, marks: Marks): SignatureData => stamped(child, marks, stamping, nesting + 1);
  const marksAt = (place: StampPlace, from: Marks): Marks => {
    const own = { stamps: data.options.stamps ?? {}, headers: {} };
    return joined(joined(from, visit(place, data, from.stamps), stamping), own, stamping);
  };
  const links = (marks: Marks): CallOptions => linksOf(data.options, marks, { stamping, nesting });
  switch (data.kind) {
    case 'chain': {
      const marks = marksAt('onChainStart', around);
      const steps = data.steps.map((step) => inner(step, marks));
      visit('onChainEnd', data, marks.stamps);
      return { ...data, steps, options: { ...data.options, ...links(marks) } };
    }
    case 'group': {
      const marks = marksAt('onGroupStart', around);
      const members = data.members.map((member) => inner(member, marks));
      visit('onGroupEnd', data, marks.stamps);
      return { ...data, members, options: { ...data.options, ...links(marks) } };
    }
    case 'chord': {
      const marks = marksAt('onChordHeaderStart', around);
      const header = data.header.map((member) => inner(member, marks));
      visit('onChordHeaderEnd', data, marks.stamps);
      const body = inner(data.body, marksAt('onChordBody', marks));
      return { ...data, header, body, options: { ...data.options, ...links(marks) } };
    }
    case 'task':
    case 'map':
    case 'starmap':
    case 'chunks': {
      const { stamps, headers } = marksAt('onSignature', around);
      stamping.check(stamps);
      const given = compact({
        stamps: unlessEmpty(stamps),
        headers: unlessEmpty({ ...data.options.headers, ...headers }),
      });
      return { ...data, options: { ...data.options, ...links(around), ...given } };
    }
  }
}

/** Returns the group that a visitor sees in place of a chord's header. */
export function headerOf(data: SignatureData): SignatureData {
  return data.kind === 'chord' ? groupOf(data.header) : data;
}

// --- internal ---

/** Callbacks get the stamps from around the signature, and not its own: a visitor may give them others. */
function linksOf(
  { link, linkError }: CallOptions,
  around: Marks,
  { stamping, nesting }: { readonly stamping: Stamping; readonly nesting: number },
): CallOptions {
  const mark = (place: StampPlace, callbacks: readonly SignatureData[] | undefined) =>
    callbacks?.map((callback) => {
      const marks = joined(around, stamping.visit(place, callback, around.stamps), stamping);
      return stamped(callback, marks, stamping, nesting + 1);
    });
  return compact({ link: mark('onCallback', link), linkError: mark('onErrback', linkError) });
}

/** Joins marks: where both have a stamp of a name, the first wins, or the second's values come behind it. */
function joined(first: Marks, second: Marks, { appends }: Pick<Stamping, 'appends'>): Marks {
  const stamps: Record<string, unknown> = { ...second.stamps, ...first.stamps };
  for (const [name, value] of Object.entries(appends ? second.stamps : {})) {
    if (Object.hasOwn(first.stamps, name)) stamps[name] = [first.stamps[name], value].flat();
  }
  return { stamps, headers: { ...second.headers, ...first.headers } };
}
