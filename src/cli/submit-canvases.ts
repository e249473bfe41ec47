import { limiter } from '../adapters/parallel.ts';
import type { Limiter } from '../adapters/parallel.ts';
import type { ClientApp } from '../core/types/app.ts';
import type { AsyncResult } from '../core/types/results.ts';
import type { SignatureJson } from '../core/types/signature.ts';
import { applyOptions } from './call-options.ts';
import type { GivenCallOptions } from './call-options.ts';
import type { OpenCloud } from './clouds/cloud.ts';
import { endingJson, endingOf, errorJson, exitCodeOf, rejectionJson } from './outcome-json.ts';
import type { Ending } from './outcome-json.ts';
import type { Output } from './output.ts';
import { canvasJson } from './read-canvases.ts';
import type { CanvasText } from './read-canvases.ts';

/** The options of {@link submitCanvases}. */
export interface SubmitOptions {
  /** Arguments to prepend to those of each canvas. Default none. */
  readonly args?: readonly unknown[];
  /** Options of each call. Default none. */
  readonly call?: GivenCallOptions;
  /** Whether the answers are values instead of ids. */
  readonly wait: boolean;
  /** Whether each canvas starts only when the one before has ended. Default false. */
  readonly serial?: boolean;
  readonly timeoutSeconds?: number | undefined;
  /** Called for each canvas that could not be sent. */
  readonly onRefused: (canvas: CanvasText, error: unknown) => void;
}

/**
 * Submits canvases, prints a line for each, in order, and returns the exit code. On a cloud that ends with the command it waits for all
 * canvases to end, with any options.
 */
export async function submitCanvases(
  canvases: readonly CanvasText[],
  cloud: OpenCloud,
  options: SubmitOptions,
  output: Output,
): Promise<number> {
  const { wait, serial = false, onRefused } = options;
  const mustEnd = wait || serial || cloud.isEmbedded;
  const runs = start(canvases, cloud.app, options, mustEnd);
  showProgress(
    runs.map(({ sent, ended }) => (mustEnd ? ended : sent)),
    output,
  );
  for (const { canvas, sent, ended } of runs) {
    const handle = await sent;
    if ('error' in handle) onRefused(canvas, handle.error);
    if ('error' in handle) output.answer(rejectionJson(canvas, handle.error));
    else output.answer(wait ? endingJson(await ended) : { taskId: handle.value.taskId });
  }
  const endings = mustEnd ? await ends(runs, wait, output) : await Promise.all(runs.map(({ sent }) => sent));
  await cloud.untilIdle(wait ? CALLBACKS_MS : undefined);
  return exitCodeOf(endings);
}

// --- internal ---

/** How many canvases are sent at the same time. */
const SUBMISSIONS = 16;

/** How many results are awaited at the same time: each is polled. */
const WAITS = 64;

/** How long the embedded cloud stays up for callbacks after the last answer. */
const CALLBACKS_MS = 2000;

type Sent = Ending<AsyncResult<unknown>>;

/** A canvas that was submitted. Neither promise is ever rejected. */
interface Run {
  readonly canvas: CanvasText;
  readonly sent: Promise<Sent>;
  readonly ended: Promise<Ending>;
}

function start(
  canvases: readonly CanvasText[],
  app: ClientApp,
  options: SubmitOptions,
  mustEnd: boolean,
): readonly Run[] {
  const { args = [], call = {}, serial = false, timeoutSeconds } = options;
  const submitting = limiter(SUBMISSIONS);
  const ending = limiter(serial ? 1 : WAITS);
  const endOf = async (sent: Sent): Promise<Ending> =>
    'error' in sent ? sent : endingOf(sent.value.get(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds }));
  return canvases.map((canvas) => {
    const submit = (): Promise<Sent> => endingOf(send(canvas, app, { args, call }));
    if (serial) return startInTurn(canvas, submit, endOf, ending);
    const sent = submitting(submit);
    return { canvas, sent, ended: mustEnd ? ending(async () => endOf(await sent)) : sent };
  });
}

/** Sends a canvas in its turn; the turn lasts until the canvas has ended. */
function startInTurn(
  canvas: CanvasText,
  submit: () => Promise<Sent>,
  endOf: (sent: Sent) => Promise<Ending>,
  inTurn: Limiter,
): Run {
  const { promise: sent, resolve } = Promise.withResolvers<Sent>();
  const ended = inTurn(async () => {
    const handle = await submit();
    resolve(handle);
    return endOf(handle);
  });
  return { canvas, sent, ended };
}

async function send(
  canvas: CanvasText,
  app: ClientApp,
  { args, call }: { readonly args: readonly unknown[]; readonly call: GivenCallOptions },
): Promise<AsyncResult<unknown>> {
  // `signature` checks it and gives the reason.
  const signature = app.signature(canvasJson(canvas) as SignatureJson);
  return signature.applyAsync({ ...applyOptions(app, call), args });
}

/** Waits for all canvases to end. A failure that is in no answer is printed on stderr. */
async function ends(runs: readonly Run[], wait: boolean, output: Output): Promise<readonly Ending[]> {
  const endings: Ending[] = [];
  for (const { sent, ended } of runs) {
    const ending = await ended;
    endings.push(ending);
    if (wait) continue;
    const handle = await sent;
    if ('value' in handle && 'error' in ending) {
      const { errorType, message } = errorJson(ending.error);
      output.problem(`${handle.value.taskId} failed: ${errorType}: ${message}`);
    }
  }
  return endings;
}

function showProgress(works: readonly Promise<Ending>[], output: Output): void {
  let done = 0;
  for (const work of works) void work.then(() => output.progress((done += 1), works.length));
}
