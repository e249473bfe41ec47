import { ServiceUnavailable } from '../../core/errors/caller.ts';
import { onThrow, untilNextTry } from '../../core/protocol/disposition.ts';
import type { Plan } from '../../core/protocol/plan.ts';
import { compact } from '../../core/values/compact.ts';
import { POLLER_DOLLARS } from './limits.ts';
import { rampOf } from './ramp.ts';
import type { Wave, WhenRefused } from './ramp.ts';
import type { HeldBy, RampSettings } from './settings.ts';
import { wavesOf } from './waves.ts';

/** When messages are done, with one choice of settings. */
export interface RampAnswer {
  readonly settings: RampSettings;
  /** From the first message until the last one is done. */
  readonly seconds: number;
  /** The limit that it waited for longest. */
  readonly heldBy: HeldBy;
  /** The price of the function's own pollers for an hour, in dollars. */
  readonly pollerDollarsAnHour?: { readonly least: number; readonly most: number };
}

/** The settings that are compared where none are given. */
export const COMPARED: readonly RampSettings[] = [
  {},
  { batchSize: 1 },
  { pollers: { min: 2, max: 100 } },
  { pollers: { min: 34, max: 34 } },
  { pollers: { min: 100, max: 100 }, tableWrites: 40_000 },
  { pollers: { min: 200, max: 1000 }, account: 10_000, tableWrites: 40_000 },
];

/** Answers when a canvas is done whose tasks take `taskMs` each, once for each choice of settings. */
export function timesOf(plan: Plan, taskMs: number, choices: readonly RampSettings[]): readonly RampAnswer[] {
  const waves = wavesOf(plan, taskMs);
  return choices.map((settings) => answerOf(waves, settings));
}

/** Answers when waves of messages are done. */
export function answerOf(waves: readonly Wave[], settings: RampSettings): RampAnswer {
  const { seconds, heldBy } = rampOf(waves, settings, REFUSED);
  const { pollers } = settings;
  return compact({
    settings,
    seconds: Math.round(seconds * 10) / 10,
    heldBy,
    pollerDollarsAnHour: pollers && { least: dollars(pollers.min), most: dollars(pollers.max) },
  });
}

/** The rules of the worker, in a function of 60 s. */
export const REFUSED: WhenRefused = {
  untilNextTry: (tries, spentMs, chance) => untilNextTry({ tries, spentMs, leftMs: Infinity, chance }),
  untilReturn(receives, chance) {
    const disposition = onThrow(new ServiceUnavailable('throttled'), { receives, wholeMs: 60_000, chance });
    return disposition.kind === 'return' ? (disposition.seconds ?? 0) : 0;
  },
};

// --- internal ---

function dollars(pollers: number): number {
  return Number((pollers * POLLER_DOLLARS).toFixed(5));
}
