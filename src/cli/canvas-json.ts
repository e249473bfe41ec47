import { InvalidCanvas } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { JsonObject } from '../core/values/json.ts';
import type { CanvasText } from './read-canvases.ts';

/**
 * The object that stands where a canvas should; whether it is one, is seen when it is read.
 *
 * @throws InvalidCanvas, SerializationError if there is none
 */
export function canvasJson(canvas: CanvasText): JsonObject {
  if ('error' in canvas) throw canvas.error;
  const { json } = canvas;
  if (isPlainObject(json)) return json;
  const advice = Array.isArray(json) ? '; to submit several canvases, write one a line' : '';
  throw new InvalidCanvas(
    `Cannot read canvas as a signature, an object with a "task" name: current value is ${describe(json)}${advice}`,
  );
}
