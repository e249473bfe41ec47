import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScheduleRunner } from '../adapters/schedules/schedule-runner.ts';
import type { KeptSchedule, ScheduleRunnerOptions } from '../adapters/schedules/schedule-runner.ts';
import { RealClock } from '../adapters/system/clock.ts';
import { RandomNonces } from '../adapters/system/nonces.ts';
import { hasCode } from '../core/text/has-code.ts';
import { isPlainObject, jsonIn } from '../core/values/json.ts';
import { dataFolderError } from './data-folder.ts';

/**
 * Makes what runs the schedules of the embedded cloud.
 *
 * @param sending sends a body to a queue, named as its handler; puts it on the dead-letter queue; is told what could not be kept
 * @param dataDir the folder that keeps which have run, and which are paused. Default: memory
 * @throws ConfigurationError if the file in the folder cannot be read
 */
export async function makeScheduleRunner(
  sending: Pick<ScheduleRunnerOptions, 'send' | 'giveUp' | 'onTrouble'>,
  dataDir: string | undefined,
): Promise<ScheduleRunner> {
  const keeping = dataDir === undefined ? {} : await keptIn(dataDir);
  return new ScheduleRunner({ clock: new RealClock(), nonces: new RandomNonces(), ...sending, ...keeping });
}

// --- internal ---

async function keptIn(dataDir: string): Promise<Pick<ScheduleRunnerOptions, 'kept' | 'keep'>> {
  const file = join(dataDir, 'runs.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '{}';
    throw dataFolderError(dataDir, error);
  });
  // One file, written one time after the other.
  let writing: Promise<void> = Promise.resolve();
  return {
    kept: read(text, dataDir),
    keep: async (kept) => {
      const write = async (): Promise<void> => {
        await writeFile(`${file}.new`, JSON.stringify(kept));
        await rename(`${file}.new`, file);
      };
      // One that fails holds up none behind it.
      writing = writing.then(write, write);
      await writing;
    },
  };
}

function read(text: string, dataDir: string): Readonly<Record<string, KeptSchedule>> {
  const json = jsonIn(text);
  // The runner wrote it: one that is not an object is damaged.
  if (isPlainObject(json)) return json as unknown as Readonly<Record<string, KeptSchedule>>;
  throw dataFolderError(dataDir, new Error('runs.json is malformed'));
}
