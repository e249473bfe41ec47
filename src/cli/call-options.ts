import { Option } from 'commander';
import type { Command } from 'commander';
import type { Option as CallOption } from '../core/protocol/option.ts';
import { optionsOf } from '../core/protocol/options.ts';
import { PRIORITY } from '../core/protocol/priority.ts';
import { STAMPS } from '../core/protocol/stamps.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { ClientApp } from '../core/types/app.ts';
import type { ApplyOptions } from '../core/types/options.ts';
import type { AnySignature, SignatureJson } from '../core/types/signature.ts';
import { compact } from '../core/values/compact.ts';
import { readDate } from '../core/values/dates.ts';
import {
  DATE,
  DEBOUNCE,
  EXPIRES,
  FLAG,
  FROM_NOW,
  LIMIT,
  OBJECT,
  PLACES,
  RETRIES,
  SIGNATURES,
  THROTTLE,
  WINDOW_SECONDS,
} from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { jsonOrText, kebabCase } from './argument-values.ts';
import { UsageError } from './errors.ts';

/** The options of a call; callbacks are signature JSON. */
export type GivenCallOptions = Readonly<Record<string, unknown>>;

/** Adds the options of a call: those of `applyAsync`. */
export function addCallOptions(command: Command): void {
  for (const [name, option] of ROWS) {
    const long = `--${kebabCase(name)}`;
    const flag = new Option(`${long} <${PLACEHOLDERS.get(option.check) ?? 'text'}>`, option.doc);
    command.addOption(flag.helpGroup(GROUP).argParser((text): Read => ({ value: readValue(long, option, text) })));
  }
}

/**
 * Returns the options of a call among all options of a command.
 *
 * @throws InvalidOptions for options that exclude each other, and for a wrong part of one.
 */
export async function readCallOptions(given: Readonly<Record<string, unknown>>): Promise<GivenCallOptions> {
  const read = Object.fromEntries(
    ROWS.flatMap(([name]) => {
      // Each option has been read by its own parser.
      const one = given[name] as Read | undefined;
      return one === undefined ? [] : [[name, one.value]];
    }),
  );
  const { link: _link, linkError: _linkError, ...rest } = read;
  const { readApplyOptions } = await import('../client/options.ts');
  readApplyOptions(rest);
  return read;
}

/**
 * Returns the options as `applyAsync` takes them.
 *
 * @throws InvalidCanvas for a callback that is not a signature.
 */
export function applyOptions(app: Pick<ClientApp, 'signature'>, given: GivenCallOptions): ApplyOptions {
  const { link, linkError, ...rest } = given;
  return { ...rest, ...compact({ link: callbacksOf(app, link), linkError: callbacksOf(app, linkError) }) };
}

// --- internal ---

/** A value as it was read: the parser of the command line takes a bare null for no value. */
interface Read {
  readonly value: unknown;
}

const ROWS = [...optionsOf('call'), ...optionsOf('applyAsync')];
const GROUP = 'Options of the call, with times in ISO 8601 and signatures in JSON:';
/** Names for the values of options by their checks; the others are texts. */
const PLACEHOLDERS: ReadonlyMap<OptionCheck, string> = new Map([
  [FROM_NOW, 'seconds'],
  [LIMIT, 'seconds'],
  [WINDOW_SECONDS, 'seconds'],
  [DATE, 'time'],
  [EXPIRES, 'time'],
  [FLAG, 'true|false'],
  [RETRIES, 'number'],
  [PLACES, 'number'],
  [PRIORITY, 'level'],
  [SIGNATURES, 'signature'],
  [OBJECT, 'json'],
  [STAMPS, 'json'],
  [DEBOUNCE, 'json'],
  [THROTTLE, 'json'],
]);
/** These take a time. */
const TIMES = [DATE, EXPIRES];

/** Reads a value as the text that it is, if the option takes texts, and otherwise as a time or as JSON. */
function readValue(flag: string, { check }: CallOption, text: string): unknown {
  const json = jsonOrText(text, flag);
  if (check === SIGNATURES) return json;
  const values: readonly unknown[] = [text, json, ...(TIMES.includes(check) ? [readDate(text)] : [])];
  const value = values.find(check.is);
  if (value !== undefined) return value;
  throw new UsageError(`Cannot use ${flag}: ${mismatch(check.want, text)}`);
}

function callbacksOf(app: Pick<ClientApp, 'signature'>, json: unknown): readonly AnySignature[] | undefined {
  if (json === undefined) return undefined;
  // `signature` checks each and gives the reason.
  return [json].flat().map((one) => app.signature(one as SignatureJson));
}
