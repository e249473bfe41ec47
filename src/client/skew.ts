import { withOptions } from '../core/canvas/signature.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidCanvas } from '../core/errors/caller.ts';
import type { SkewOptions } from '../core/types/skew.ts';
import { checkedOptions, SECONDS } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';

/**
 * Returns a group whose members start one after the other, as Celery's `group.skew`.
 *
 * @throws InvalidCanvas for another canvas, InvalidOptions for an option that is unknown or wrong.
 */
export function skewed(data: SignatureData, options: SkewOptions = {}): SignatureData {
  if (data.kind !== 'group')
    throw new InvalidCanvas(
      `Cannot skew a ${data.kind}: only the members of a group start at once. Make a group of it.`,
    );
  const { start = 1, stop, step = 1 } = checkedOptions<SkewOptions>(options, OPTIONS, 'skew()');
  const members = data.members.map((member, index) =>
    withOptions(member, { countdown: countdownOf(start + index * step, { start, stop, step }) }),
  );
  return { ...data, members };
}

// --- internal ---

const OPTIONS: Readonly<Record<string, OptionCheck>> = { start: SECONDS, stop: SECONDS, step: SECONDS };

/** Returns the countdown of a member: the last one that is not above `stop` is that of all further members. */
function countdownOf(
  next: number,
  { start, stop, step }: { readonly start: number; readonly stop: number | undefined; readonly step: number },
): number {
  if (stop === undefined || next <= stop) return next;
  return step === 0 || stop < start ? start : start + Math.floor((stop - start) / step) * step;
}
