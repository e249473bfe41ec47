/** Checks that everything exported is described. */
import { describe, expect, test } from 'vitest';
import { exampleModule } from '../../support/example-program.ts';
import { publicModules } from '../../support/public-api.ts';

const symbols = publicModules().flatMap((module) => module.symbols);

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

// --- internal ---

function isSentence(text: string): boolean {
  return /^[A-Z`'{[].*[.:;)`]/s.test(text);
}
