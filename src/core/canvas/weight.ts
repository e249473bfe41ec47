import { InvalidCanvas } from '../errors/caller.ts';
import { isPlainObject, MAX_DEPTH } from '../values/json.ts';

/** How deep signatures may nest: below this every recursion over them is safe. */
export const MAX_NESTING = 300;

/**
 * The size of a canvas once it is planned. A small signature may become a large plan: arguments and headers are copied
 * to every member, and error callbacks to the header and the steps around them.
 */
export interface Weight {
  /** Tasks, groups, chains and callbacks. */
  readonly tasks: number;
  /** Characters of arguments and options. */
  readonly characters: number;
}

/** A weight, and its part that copies of error callbacks make. */
export interface CanvasWeight extends Weight {
  /** Of its tasks, those of error callbacks beyond the written ones. */
  readonly copies: number;
  /** The signatures that are written. */
  readonly written: number;
}

/** The most that a canvas from JSON may become, for callers who may run what they like. */
export const MOST_WEIGHT: Weight = { tasks: 1_100_000, characters: 128 * 1024 * 1024 };

/**
 * Returns the most that a signature dictionary can become, in time linear in its size: nothing is built. Parts that are
 * no signatures weigh nothing, and are refused when they are read.
 *
 * @param later arguments that are given to it. Default: none.
 *
 * @example
 * weightOf({ task: 'celery.group', kwargs: { tasks: [{ task: 'a', args: [1] }] } }).tasks; // 2
 */
export function weightOf(json: unknown, later: unknown = []): CanvasWeight {
  const { tasks, characters, copies, written, takers } = weigh(json, 0, ALONE);
  return { tasks, characters: characters + takers * sizeOf(later, 0), copies, written };
}

/**
 * Refuses a canvas that would become too large, before anything is built of it.
 *
 * @throws InvalidCanvas that says how large it would become.
 */
export function checkWeight({ tasks, characters, copies, written }: CanvasWeight, most: Weight, where: string): void {
  const mostCopies = Math.max(MOST_COPIES, COPIES_A_SIGNATURE * written);
  if (copies > mostCopies) throw tooLarge(where, copies, `${mostCopies} copies of error callbacks`);
  if (tasks > most.tasks) throw tooLarge(where, tasks, `${most.tasks} tasks, groups, chains and callbacks`);
  if (characters > most.characters)
    throw tooLarge(where, characters, `${most.characters} characters of arguments and options`);
}

// --- internal ---

/**
 * Error callbacks of callbacks multiply, so a canvas of a few KB can become a million. That takes half a minute of a busy processor.
 * One level of callbacks stays below these numbers.
 */
const MOST_COPIES = 100_000;
const COPIES_A_SIGNATURE = 20;

/** A weight, and how many of its tasks take arguments that are given to the whole. */
interface Weighed extends CanvasWeight {
  readonly takers: number;
  /** The steps and headers that it is a sequence of: error callbacks given to the whole are copied to each. */
  readonly places: number;
}

/** Where a signature stands: its error callbacks may be copied to the group before it, and to each of its steps. */
interface Place {
  readonly isStep: boolean;
  readonly isBehind: boolean;
}

const ALONE: Place = { isStep: false, isBehind: false };
const BODY: Place = { isStep: true, isBehind: true };
const NOTHING: Weighed = { tasks: 0, characters: 0, copies: 0, written: 0, takers: 0, places: 0 };

function weigh(json: unknown, nesting: number, place: Place): Weighed {
  if (!isPlainObject(json) || nesting > MAX_NESTING) return NOTHING;
  const options = isPlainObject(json['options']) ? json['options'] : {};
  const { link, link_error: linkError, ...plain } = options;
  const content = contentOf(json, nesting);
  const links = sum(listOf(link).map((one) => weigh(one, nesting + 1, ALONE)));
  const errors = sum(listOf(linkError).map((one) => weigh(one, nesting + 1, ALONE)));
  // A chord is a chain of its header and its body.
  const isChord = json['task'] === 'celery.chord';
  const isSpread = isChord || (json['task'] === 'celery.chain' && place.isStep);
  const copies = Math.max(1, isSpread ? content.places : 1) + (place.isBehind ? 1 : 0);
  const tasks = (isChord ? 2 : 1) + content.tasks + links.tasks + copies * errors.tasks;
  const characters = content.characters + links.characters + copies * errors.characters;
  const inside = content.copies + links.copies;
  return {
    tasks,
    characters: characters + tasks * sizeOf(plain, 0),
    copies: inside + errors.copies + (copies - 1) * errors.tasks,
    written: 1 + content.written + links.written + errors.written,
    takers: content.takers,
    places: content.places,
  };
}

function contentOf(json: Readonly<Record<string, unknown>>, nesting: number): Weighed {
  const { tasks, header, body, task, it, n, kwargs: given } = kwargsOf(json);
  const inner = (one: unknown, place: Place): Weighed => weigh(one, nesting + 1, place);
  switch (json['task']) {
    case 'celery.group':
      return { ...sum(listOf(tasks).map((member) => inner(member, ALONE))), places: 1 };
    case 'celery.chain': {
      const steps = listOf(tasks).map((step, index) => inner(step, { isStep: true, isBehind: index > 0 }));
      return { ...sum(steps), takers: steps[0]?.takers ?? 0 };
    }
    case 'celery.chord': {
      const members = sum(listOf(header).map((member) => inner(member, ALONE)));
      const own = members.takers * (sizeOf(json['args'], 0) + sizeOf(given, 0));
      const behind = inner(body, BODY);
      const whole = sum([members, behind]);
      const { takers } = members;
      return { ...whole, characters: whole.characters + own, takers, places: 1 + behind.places };
    }
    case 'celery.map':
    case 'celery.starmap':
    case 'celery.chunks': {
      const chunks = typeof n === 'number' && n >= 1 ? Math.ceil(listOf(it).length / n) : 1;
      const one = inner(task, ALONE);
      return {
        tasks: chunks * one.tasks,
        characters: chunks * one.characters + sizeOf(it, 0),
        copies: chunks * one.copies,
        written: one.written,
        takers: 0,
        places: 1,
      };
    }
    default: {
      const characters = sizeOf(json['task'], 0) + sizeOf(json['args'], 0) + sizeOf(json['kwargs'], 0);
      return { ...NOTHING, characters, takers: json['immutable'] === true ? 0 : 1, places: 1 };
    }
  }
}

function kwargsOf(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isPlainObject(json['kwargs']) ? json['kwargs'] : {};
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function sum(all: readonly Weighed[]): Weighed {
  let { tasks, characters, copies, written, takers, places } = NOTHING;
  for (const one of all) {
    tasks += one.tasks;
    characters += one.characters;
    copies += one.copies;
    written += one.written;
    takers += one.takers;
    places += one.places;
  }
  return { tasks, characters, copies, written, takers, places };
}

/** Returns about how many characters a value has as JSON. */
function sizeOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value === undefined ? 0 : 6;
  let size = 2;
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item, depth + 1) + 1;
  else for (const [key, inner] of Object.entries(value)) size += key.length + 4 + sizeOf(inner, depth + 1);
  return size;
}

function tooLarge(where: string, size: number, most: string): InvalidCanvas {
  return new InvalidCanvas(
    `Cannot read ${where}: it would become ${size}, and the most is ${most}. Arguments and headers are copied to each member, and error callbacks to the steps around them. Send parts of it, or keep large values where the tasks can read them.`,
  );
}
