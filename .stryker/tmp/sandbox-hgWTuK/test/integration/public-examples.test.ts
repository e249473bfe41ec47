/** Compiles and runs the examples in the doc comments of everything that is exported. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleModule, examplesOf } from '../support/example-program.ts';
import { makeWorld } from '../support/example-world.ts';
import type { Checks, World } from '../support/example-world.ts';
import { compilerOptions, publicModules } from '../support/public-api.ts';

const modules = publicModules();
const names = examplesOf(modules.flatMap((module) => module.symbols)).map(({ name }) => name);

/** Inside the package, so that 'chordal' is its source; git ignores it. */
let folder: string;

beforeAll(async () => {
  await mkdir('.chordal', { recursive: true });
  folder = await mkdtemp(resolve('.chordal', 'examples-'));
  await writeFile(join(folder, 'examples.ts'), exampleModule(modules, '../../test/support/example-world.ts'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the examples compile', () => {
  const path = join(folder, 'examples.ts');
  const program = ts.createProgram([path], compilerOptions());
  const file = program.getSourceFile(path);
  const problems = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  expect(problems.map((problem) => `${lineOf(problem)}: ${messageOf(problem)}`)).toEqual([]);
});

test.each(names)('the example of %s does what it says', async (name) => {
  const loaded: unknown = await import(/* @vite-ignore */ join(folder, 'examples.ts'));
  // The module was made by exampleModule, which says so.
  const { examples } = loaded as { examples: Record<string, (world: World, check: Checks) => Promise<void>> };
  const world = makeWorld();
  try {
    await examples[name]?.(world, checks);
    while (!world.cloud.isIdle) await world.cloud.clock.sleep(1000);
  } finally {
    world.cloud.close();
  }
});

// --- internal ---

const checks: Checks = {
  value: (actual, said) => expect(actual).toEqual(said),
  error: (call, said) => expect(async () => call()).rejects.toMatchObject({ name: said }),
};

function lineOf({ file, start = 0 }: ts.Diagnostic): string {
  if (file === undefined) return '';
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${line + 1} ${file.text.split('\n')[line]?.trim() ?? ''}`;
}

function messageOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n');
}
