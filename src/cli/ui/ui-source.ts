import { setInterval } from 'node:timers';
import type { AppParts } from '../../client/app.ts';
import type { Plan } from '../../core/protocol/plan.ts';
import { runsOf } from '../../core/protocol/shape.ts';
import type { Shape } from '../../core/protocol/shape.ts';
import { environmentHeld, environmentSchedules } from '../../runtime/schedules.ts';
import { environmentJournal, environmentSurvey } from '../../runtime/survey.ts';
import type { UiSource } from '../../ui/source.ts';
import { handleDeadLetters } from '../dead-letters.ts';
import { examine } from '../doctor.ts';
import { billOf, estimate } from '../estimate.ts';
import type { Output } from '../output.ts';
import { timesOf } from '../ramp/answers.ts';
import { listSchedules } from '../schedules.ts';
import { heldLine } from './held-line.ts';

/** The parts of a page's source that differ from cloud to cloud. */
export interface UiSourceOptions extends Pick<UiSource, 'title' | 'canAct'> {
  readonly parts: Pick<AppParts, 'app' | 'engine'>;
  /** The variables that name the cloud. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: every five seconds, as nothing says when a deployed cloud changes. */
  readonly watch?: UiSource['watch'];
  /** Default: nothing is known but what tasks keep. */
  readonly callOf?: UiSource['callOf'];
  /** Default: it is not known what runs now. */
  readonly startOf?: UiSource['startOf'];
  /** Seconds between the two counts of the doctor. Default 60: SQS counts lag. */
  readonly pauseSeconds?: number;
}

/**
 * Makes the source of a page.
 *
 * @throws ConfigurationError if the environment is incomplete
 */
export function makeUiSource(options: UiSourceOptions): UiSource {
  const { title, canAct, parts, environment, watch = everyFiveSeconds, callOf, startOf, pauseSeconds = 60 } = options;
  const { app, engine } = parts;
  const survey = environmentSurvey(environment);
  return {
    title,
    canAct,
    app,
    engine,
    survey,
    journal: environmentJournal(environment),
    watch,
    callOf: callOf ?? (() => undefined),
    startOf: startOf ?? (() => undefined),
    deadLetters: (action, ids) =>
      answersOf((output) => handleDeadLetters(action, { days: KEPT_DAYS, ids }, parts, output)),
    schedules: () =>
      answersOf((output) =>
        listSchedules({ engine, schedules: async () => environmentSchedules(environment) }, output),
      ),
    setSchedule: async (name, isEnabled) => environmentSchedules(environment).setEnabled({ name, isEnabled }),
    held: async () => (await environmentHeld(environment, MOST_HELD).list()).map(heldLine),
    doctor: () => answersOf((output) => examine({ engine, survey, output }, { isRepairing: false, pauseSeconds })),
    priceOf: (shape) => billOf(estimate(planOfShape(shape))).dollars,
    limitSecondsOf: (shape) => timesOf(planOfShape(shape), 0, [{}])[0]?.seconds ?? 0,
  };
}

// --- internal ---

/** Dead letters are kept for 15 days. */
const KEPT_DAYS = 15;
const POLL_MS = 5000;
/** Held messages that a page shows; each is a request of its own. */
const MOST_HELD = 100;

function everyFiveSeconds(onChange: () => void): () => void {
  const timer = setInterval(onChange, POLL_MS);
  return () => clearInterval(timer);
}

/** Returns a plan of a shape, for an estimate of its price: without arguments, and with tasks where the shape has gaps. */
function planOfShape(shape: Shape | null): Plan {
  if (shape === null) return { task: '' };
  if (typeof shape === 'string') return { task: shape };
  const items = runsOf(shape).flatMap(([count, inner]) => Array<Plan>(count).fill(planOfShape(inner)));
  return 'seq' in shape ? { seq: items } : { par: items };
}

/** Runs a command, and returns the lines of its answer. Its other lines are dropped. */
async function answersOf(run: (output: Output) => Promise<unknown>): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  const ignore = (): void => {};
  await run({
    answer: (json) => void answers.push(json),
    text: ignore,
    note: ignore,
    problem: ignore,
    faint: (text) => text,
    progress: ignore,
  });
  return answers;
}
