import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/**
 * The files that take about a minute or more, longest first: a long file that begins last would run alone at the end.
 */
const LONG = [
  'deploy/localstack',
  'deploy/emulators',
  'simulation/simulation',
  'packages/packages',
  'deploy/control',
  'simulation/defects',
  'integration/places',
  'integration/size-cli',
  'integration/dev-durability',
  'integration/cli-memory',
];

/** Vitest's own order, behind the files that take longest. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is the sequencer's method.
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

// --- internal ---

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((file) => moduleId.endsWith(`/test/${file}.test.ts`));
  return rank < 0 ? LONG.length : rank;
}
