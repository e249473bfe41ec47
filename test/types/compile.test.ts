import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const at = (name: string): string => join(here, name);

/** Twice what a prototype took for every form of the API and a chain of 20. */
const INSTANTIATIONS = 22_800;

const fixtures = ['seed', 'api', 'built', 'definitions', 'conformance', 'failures', 'lambda'].map((name) =>
  at(`${name}.test-d.ts`),
);
const failures = readFile('failures.test-d.ts');
const expected = expectedMessages(failures);
const budget = readFile('api-forms.test-d.ts');

/** Files that exist only here. */
const written = new Map([
  [at('failures-bare.ts'), failures.replaceAll('// @ts-expect-error', '// expected')],
  [
    at('budget-baseline.ts'),
    `${importsOf(budget)}\nexport const used = [app, chain, chord, group, kwargs, range, zip];\n`,
  ],
]);

const options = compilerOptions();
const host = hostWith(written);
const program = ts.createProgram([...fixtures, at('failures-bare.ts')], options, host);

describe('types', () => {
  test.each(fixtures.map((path) => path.slice(here.length + 1)))('%s compiles', (name) => {
    expect(messagesOf(name).map(({ line, text }) => `${name}:${line}: ${text}`)).toEqual([]);
  });
});

test('every form compiles without strict, as in a project of JavaScript', () => {
  const loose = ts.createProgram(
    [at('api-forms.test-d.ts')],
    { ...options, strict: false, exactOptionalPropertyTypes: false },
    host,
  );
  expect(diagnosticsOf(loose, at('api-forms.test-d.ts')).map(({ messageText }) => messageText)).toEqual([]);
});

describe('a canvas that does not fit', () => {
  const actual = messagesOf('failures-bare.ts');

  test.each(expected)('line $line says: $text', ({ line, text }) => {
    const there = actual.filter((message) => message.line === line);
    expect(there.map((message) => message.text)).toEqual([expect.stringContaining(text)]);
  });

  test('fails nowhere else', () => {
    const lines = new Set(expected.map(({ line }) => line));
    expect(actual.filter(({ line }) => !lines.has(line))).toEqual([]);
  });
});

describe('cost', () => {
  test('every form and a chain of 20 stay within the budget of instantiations', () => {
    const used = instantiationsOf(at('api-forms.test-d.ts')) - instantiationsOf(at('budget-baseline.ts'));
    expect(used).toBeGreaterThan(1000);
    expect(used).toBeLessThanOrEqual(INSTANTIATIONS);
  });
});

interface Message {
  readonly line: number;
  readonly text: string;
}

function messagesOf(name: string): readonly Message[] {
  return diagnosticsOf(program, at(name)).map(({ file, start, messageText }) => ({
    line: file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1,
    text: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}

function diagnosticsOf(of: ts.Program, path: string): readonly ts.Diagnostic[] {
  const file = of.getSourceFile(path);
  return [...of.getSyntacticDiagnostics(file), ...of.getSemanticDiagnostics(file)];
}

/** Counted as the compiler counts them for `--extendedDiagnostics`, of this file and what it needs. */
function instantiationsOf(path: string): number {
  const alone = ts.createProgram([path], options, host);
  expect(diagnosticsOf(alone, path).map(({ messageText }) => messageText)).toEqual([]);
  return alone.getInstantiationCount();
}

/** For each directive, the line below it and what stands behind it. */
function expectedMessages(text: string): readonly Message[] {
  return text.split('\n').flatMap((line, index) => {
    const message = /^\s*\/\/ @ts-expect-error: (.*)$/.exec(line)?.[1];
    return message === undefined ? [] : [{ line: index + 2, text: message }];
  });
}

function importsOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith('import '))
    .join('\n');
}

function readFile(name: string): string {
  const text = ts.sys.readFile(at(name));
  if (text === undefined) throw new Error(`Cannot read ${name}: there is no such file`);
  return text;
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(here, '../../tsconfig.json');
  const parsed = ts.getParsedCommandLineOfConfigFile(path, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} });
  if (parsed === undefined) throw new Error('Cannot read tsconfig.json: the compiler finds none');
  return parsed.options;
}

/** A host that also knows `files`, and parses each file once for all programs. */
function hostWith(files: ReadonlyMap<string, string>): ts.CompilerHost {
  const parsed = new Map<string, ts.SourceFile | undefined>();
  const disk = ts.createCompilerHost(options);
  return {
    ...disk,
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    readFile: (path) => files.get(path) ?? disk.readFile(path),
    getSourceFile(path, how, ...more) {
      const text = files.get(path);
      if (!parsed.has(path)) {
        parsed.set(
          path,
          text === undefined ? disk.getSourceFile(path, how, ...more) : ts.createSourceFile(path, text, how),
        );
      }
      return parsed.get(path);
    },
  };
}
