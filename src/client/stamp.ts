import { checkDepth } from '../core/canvas/normalise.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { headerOf, stamped, UNMARKED } from '../core/canvas/stamp.ts';
import type { Marks, Stamping, StampPlace } from '../core/canvas/stamp.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { STAMPS } from '../core/protocol/stamps.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { AnySignature } from '../core/types/signature.ts';
import type { Stamped, StampingVisitor, StampOptions, Stamps } from '../core/types/stamps.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkedOptions, checkOptions, FLAG } from '../core/values/option-checks.ts';

/**
 * Returns the same signature with stamps, or with those that a visitor gives to each of its parts.
 *
 * @param show makes the signature that a visitor sees of its data.
 * @throws InvalidOptions for stamps that cannot be used, CanvasTooDeep for a canvas that nests too deep.
 */
export function stampedBy(
  data: SignatureData,
  given: unknown,
  options: unknown,
  show: (data: SignatureData) => AnySignature,
): SignatureData {
  const how = checkedOptions<StampOptions>(options, { appendStamps: FLAG }, 'a stamp');
  const { appendStamps: appends = false } = how;
  checkDepth(data);
  if (!isVisitor(given)) {
    // Each signature is checked again: it may have stamps of its own.
    return stamped(data, { ...UNMARKED, stamps: checked(given) }, { appends, visit: () => UNMARKED, check: checked });
  }
  const visit: Stamping['visit'] = (place, part, around) => visited(given, place, part, { around, show });
  return stamped(data, UNMARKED, { appends, visit, check: checked });
}

// --- internal ---

function isVisitor(value: unknown): value is StampingVisitor {
  return (
    typeof value === 'object' && value !== null && 'onSignature' in value && typeof value.onSignature === 'function'
  );
}

function visited(
  visitor: StampingVisitor,
  place: StampPlace,
  data: SignatureData,
  { around, show }: { readonly around: Stamps; readonly show: (data: SignatureData) => AnySignature },
): Marks {
  const isHeader = place === 'onChordHeaderStart' && visitor.onChordHeaderStart === undefined;
  const answer: unknown = isHeader
    ? visitor.onGroupStart?.(show(headerOf(data)), around)
    : visitor[place]?.(show(data), around);
  return answer === undefined || answer === null ? UNMARKED : marksOf(answer, place, around);
}

function marksOf(answer: unknown, place: StampPlace, around: Stamps): Marks {
  if (!isPlainObject(answer)) throw wrong(place, mismatch('an object of stamps, or nothing', describe(answer)));
  const { stampedHeaders: names, ...all }: Stamped = answer;
  if (names === undefined) return { stamps: checked(all), headers: {} };
  if (!isNames(names)) throw wrong(place, mismatch('a list of names as stampedHeaders', describe(names)));
  const missing = names.find((name) => !Object.hasOwn(all, name) && !Object.hasOwn(around, name));
  if (missing !== undefined) throw wrong(place, `stampedHeaders names ${describe(missing)}, which has no value there`);
  const entries = Object.entries(all);
  return {
    stamps: checked(Object.fromEntries(entries.filter(([name]) => names.includes(name)))),
    headers: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function checked(stamps: unknown): Stamps {
  checkOptions({ stamps }, { stamps: STAMPS });
  // It has passed the check of an object.
  return { ...(stamps as Stamps) };
}

function wrong(place: StampPlace, reason: string): InvalidOptions {
  return new InvalidOptions(`Cannot use the answer of ${place}: ${reason}`);
}
