import type { TaskPlan } from '../protocol/plan.ts';
import { compact } from '../values/compact.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { FLAG, wholeFrom } from '../values/option-checks.ts';
import type { BatchData } from './signature.ts';

/** The checks of the options of a batch. */
export const BATCH_OPTIONS: Readonly<Record<keyof BatchData, OptionCheck>> = {
  onMemberFailure: { is: (value) => value === 'failFast' || value === 'collect', want: "'failFast' or 'collect'" },
  concurrency: wholeFrom(1),
  progress: FLAG,
};

/** The names of these options in a signature dictionary. */
export const BATCH_NAMES: readonly (readonly [name: keyof BatchData, celery: string])[] = [
  ['onMemberFailure', 'on_member_failure'],
  ['concurrency', 'concurrency'],
  ['progress', 'progress'],
];

/** Returns the options of a batch as a plan has them. */
export function batchPlan({
  onMemberFailure,
  concurrency,
  progress,
}: BatchData): Pick<TaskPlan, 'collect' | 'concurrency' | 'progress'> {
  return compact({
    collect: onMemberFailure === 'collect' ? true : undefined,
    concurrency: concurrency === 1 ? undefined : concurrency,
    progress: progress === true ? progress : undefined,
  });
}
