/** What is exported is described, and its examples do what they say. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleModule, examplesOf } from '../../support/example-program.ts';
import { makeWorld } from '../../support/example-world.ts';
import type { Checks, World } from '../../support/example-world.ts';
import { compilerOptions, publicSymbols } from '../../support/public-api.ts';

const modules = [
  { from: 'chordal', symbols: publicSymbols('src/index.ts') },
  { from: 'chordal/testing', symbols: publicSymbols('src/testing/index.ts') },
];
const symbols = modules.flatMap((module) => module.symbols);
const names = examplesOf(symbols).map(({ name }) => name);

/** Inside the package, so that 'chordal' is its source; git ignores it. */
let folder: string;

beforeAll(async () => {
  await mkdir('.chordal', { recursive: true });
  folder = await mkdtemp(resolve('.chordal', 'examples-'));
  await writeFile(join(folder, 'examples.ts'), exampleModule(modules, '../../test/support/example-world.ts'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('every public symbol', () => {
  test('has a sentence, and so have its fields and methods', () => {
    const undescribed = symbols.flatMap(({ name, text, members }) => [
      ...(isSentence(text) ? [] : [name]),
      ...members.filter((member) => !isSentence(member.text)).map((member) => `${name}.${member.name}`),
    ]);
    expect(undescribed).toEqual([]);
  });

  test('has an example', () => {
    expect(symbols.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  test('that is a function says what each parameter is', () => {
    const silent = symbols.flatMap(({ name, parameters, described }) =>
      parameters.filter((parameter) => !described.includes(parameter)).map((parameter) => `${name}(${parameter})`),
    );
    expect(silent).toEqual([]);
  });
});

describe('an example', () => {
  const moduleOf = (...lines: string[]): string => {
    const symbol = { name: 'OddError', text: '', parameters: [], described: [], members: [], isValue: true };
    return exampleModule([{ from: 'odd', symbols: [{ ...symbol, examples: [lines.join('\n')] }] }], './world.ts');
  };

  test('is checked where a value or an error stands behind a statement, and only read where words do', () => {
    expect(moduleOf('await add(1, 2); // 3')).toContain('check.value(await add(1, 2), 3);');
    expect(moduleOf("  const a: string = await log('a'); // 'LOG: a'")).toContain("  check.value(a, 'LOG: a');");
    expect(moduleOf('add.s(1); // OddError')).toContain('await check.error(async () => add.s(1), "OddError");');
    expect(moduleOf('add.s(1); // Signature<[x: number], number>')).not.toContain('check.');
  });
});

describe('the examples', () => {
  test('compile', () => {
    const path = join(folder, 'examples.ts');
    const program = ts.createProgram([path], compilerOptions());
    const file = program.getSourceFile(path);
    const problems = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    expect(problems.map((problem) => `${lineOf(problem)}: ${messageOf(problem)}`)).toEqual([]);
  });

  test.each(names)('of %s does what it says', async (name) => {
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
});

// --- internal ---

const checks: Checks = {
  value: (actual, said) => expect(actual).toEqual(said),
  error: (call, said) => expect(async () => call()).rejects.toMatchObject({ name: said }),
};

function isSentence(text: string): boolean {
  return /^[A-Z`'{[].*[.:;)`]/s.test(text);
}

function lineOf({ file, start = 0 }: ts.Diagnostic): string {
  if (file === undefined) return '';
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${line + 1} ${file.text.split('\n')[line]?.trim() ?? ''}`;
}

function messageOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n');
}
