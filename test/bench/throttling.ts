/**
 * How long a chord of 100,000 takes on a new table, which throttles: with writes that are made again in their sandboxes, with messages that
 * return soon instead, and with messages that wait out their queue's visibility timeout. The model of `chordal cost --time`: nothing is measured, so it says the same on every machine.
 */
import { REFUSED } from '../../src/cli/ramp/answers.ts';
import { LIMITS } from '../../src/cli/ramp/limits.ts';
import { rampOf } from '../../src/cli/ramp/ramp.ts';
import type { WhenRefused } from '../../src/cli/ramp/ramp.ts';
import { wavesOf } from '../../src/cli/ramp/waves.ts';
import type { Figure } from './support/figure.ts';
import { comparedTo } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

/** A function's timeout, in seconds. */
const TIMEOUT = 60;

progress('throttling: a chord of 100,000 on a new table');
const task = { task: 'add' };
const waves = wavesOf({ seq: [{ par: Array.from({ length: 100_000 }, () => task) }, task] }, 0);
const secondsOf = (name: string, rules: WhenRefused): Figure => ({
  name: `throttling: chord of 100,000 on a new table, ${name}`,
  value: rampOf(waves, {}, rules).seconds,
  unit: 's',
});
const impatient = { ...REFUSED, untilNextTry: () => undefined };
const late = secondsOf('messages wait six timeouts', { ...impatient, untilReturn: () => 6 * TIMEOUT });
const soon = secondsOf('messages return soon', impatient);
const again = secondsOf('writes are made again', REFUSED);
const least = waves.reduce((sum, { writes }) => sum + writes, 0) / LIMITS.tableWrites.value;
const note = `the table's writes alone take ${least.toFixed(0)} s; a model, with AWS's published limits`;
answer([late, comparedTo(soon, late), { ...comparedTo(again, late), note }]);
