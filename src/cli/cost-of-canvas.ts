import { fromCelery } from '../core/canvas/celery-json.ts';
import { planOf } from '../core/canvas/normalise.ts';
import { billOf, estimate } from './estimate.ts';
import type { Bill, Inline } from './estimate.ts';
import { COMPARED, timesOf } from './ramp/answers.ts';
import type { RampAnswer } from './ramp/answers.ts';
import type { RampSettings } from './ramp/settings.ts';
import { canvasJson } from './read-canvases.ts';
import type { CanvasText } from './read-canvases.ts';

/** The settings of {@link billOfCanvas}. */
export interface CostSettings extends Partial<Inline> {
  /** Seconds that each task takes, and the settings of its function. Default settings: several, to compare. */
  readonly time?: { readonly seconds: number; readonly settings?: RampSettings };
}

/** A bill, and when the canvas is done. */
export interface CanvasCost extends Bill {
  readonly time?: readonly RampAnswer[];
}

/**
 * Returns the requests of one canvas, their price, and if asked for the time that AWS's limits leave it.
 *
 * @param settings those that differ from an app's defaults. Default: none.
 * @throws InvalidCanvas or SerializationError if it is not a canvas
 */
export async function billOfCanvas(canvas: CanvasText, settings: CostSettings = {}): Promise<CanvasCost> {
  const { time, ...inline } = settings;
  const plan = planOf(fromCelery(canvasJson(canvas)));
  const bill = billOf(estimate(plan, inline));
  if (time === undefined) return bill;
  const choices = time.settings === undefined ? COMPARED : [time.settings];
  return { ...bill, time: timesOf(plan, time.seconds * 1000, choices) };
}
