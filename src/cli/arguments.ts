import type { ArgDef, ArgsDef } from 'citty';
import { nearest } from '../core/text/did-you-mean.ts';
import { UsageError } from './usage-error.ts';

/**
 * The arguments of a command with its options first, and everything else behind `--`: so there is no doubt left for a parser, which
 * would take `-1` for an option, and pass over an option that does not exist. A positional whose name ends in `…` takes any number.
 *
 * @throws UsageError for an option that is unknown, lacks its value or has one too many, and for an argument missing or too many
 *
 * @example
 * orderArguments(['add', '-1', '--wait'], definitions); // ['--wait', '--', 'add', '-1']
 */
export function orderArguments(given: readonly string[], definitions: ArgsDef): string[] {
  const options: string[] = [];
  const positionals: string[] = [];
  const waiting = given.values();
  for (const argument of waiting) {
    if (argument === '--') positionals.push(...waiting);
    else if (!isOption(argument)) positionals.push(argument);
    else options.push(readOption(argument, definitions, () => waiting.next().value));
  }
  checkPositionals(positionals, definitions);
  return [...options, '--', ...positionals];
}

/** The positional arguments that citty leaves over, behind the first. */
export function furtherArguments({ _: all }: { readonly _: readonly string[] }): readonly string[] {
  return all.slice(1);
}

/** Which numbers an option takes. */
export interface NumberLimits {
  readonly least: number;
  /** Default: no limit. */
  readonly most?: number;
  /** Default false. */
  readonly isWhole?: boolean;
}

/**
 * Reads a number that an option was given.
 *
 * @throws UsageError if it is none, or outside the limits
 */
export function readNumber(
  option: string,
  text: string | undefined,
  { least, most = Number.MAX_SAFE_INTEGER, isWhole = false }: NumberLimits,
): number | undefined {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most && (!isWhole || Number.isInteger(number))) return number;
  const kind = `a ${isWhole ? 'whole ' : ''}number`;
  const limits = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`Cannot use --${option} as ${kind} ${limits}: current value is ${JSON.stringify(text)}`);
}

// --- internal ---

/** `-` is stdin, and `-1` or `-.5` a number. */
function isOption(argument: string): boolean {
  return /^-(?![\d.]|$)/.test(argument);
}

function readOption(argument: string, definitions: ArgsDef, next: () => string | undefined): string {
  const [, name = '', value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (definition === undefined || definition.type === 'positional') throw unknownOption(argument, name, definitions);
  if (definition.type === 'boolean') {
    if (value === undefined) return argument;
    throw new UsageError(`Cannot use ${argument}: --${name} takes no value`);
  }
  const text = value ?? next();
  if (text === undefined)
    throw new UsageError(`Cannot use --${name} without a value: write --${name} <${definition.valueHint ?? 'value'}>`);
  return `--${name}=${text}`;
}

function unknownOption(argument: string, name: string, definitions: ArgsDef): UsageError {
  const known = Object.keys(definitions).filter((key) => definitions[key]?.type !== 'positional');
  const meant = nearest(name, known);
  const hint = `known are ${known.map((key) => `--${key}`).join(', ')}; an argument that begins with a hyphen goes behind \`--\``;
  return new UsageError(
    `Cannot use ${argument} as there is no such option: ${meant === undefined ? hint : `did you mean --${meant}?`}`,
  );
}

function checkPositionals(given: readonly string[], definitions: ArgsDef): void {
  const expected = Object.entries(definitions).filter(([, { type }]) => type === 'positional');
  const missing = expected.slice(given.length).filter(([, definition]) => isRequired(definition));
  if (missing.length > 0)
    throw new UsageError(`Cannot run this without ${missing.map(([name]) => `<${name}>`).join(' and ')}`);
  const takesMore = expected.some(([name]) => name.endsWith('…'));
  const [surplus] = given.slice(expected.length);
  if (surplus !== undefined && !takesMore) {
    throw new UsageError(`Cannot use ${JSON.stringify(surplus)} as an argument: there is one too many`);
  }
}

function isRequired({ required }: ArgDef): boolean {
  return required !== false;
}
