import { fromCelery } from '../core/canvas/celery-json.ts';
import { planOf } from '../core/canvas/normalise.ts';
import { DEFAULT_SETTINGS } from '../engine/engine.ts';
import { canvasJson } from './canvas-json.ts';
import { billOf, estimate } from './estimate.ts';
import type { Bill } from './estimate.ts';
import { errorJson } from './outcome-json.ts';
import type { CanvasText } from './read-canvases.ts';

/** What a canvas has AWS do, and what that costs; rejected if it is no canvas. */
export async function costOfCanvas(canvas: CanvasText): Promise<Bill> {
  return billOf(estimate(planOf(fromCelery(canvasJson(canvas))), DEFAULT_SETTINGS));
}

/** The line for what is no canvas. */
export function refusalJson({ line }: CanvasText, error: unknown): object {
  return { error: { ...errorJson(error), ...(line !== undefined && { line }) } };
}
