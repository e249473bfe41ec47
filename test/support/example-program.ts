import type { PublicModule, PublicSymbol } from './public-api.ts';

/** A piece of code in a doc comment. */
export interface Example {
  /** Whose it is: `chain`, or `TaskContext.retry`; and which of several. */
  readonly name: string;
  readonly code: string;
}

/** The examples of these symbols and of their members. */
export function examplesOf(symbols: readonly PublicSymbol[]): readonly Example[] {
  return symbols.flatMap(({ name, examples, members }) => [
    ...named(name, examples),
    // An inherited member has its example in the other interface.
    ...members.flatMap((member) => named(`${name}.${member.name}`, member.examples)),
  ]);
}

/**
 * A module that exports each example as a function of a world. A comment behind a statement, `add(1, 2); // 3`, becomes a
 * check of its value, or of the error of that name; other comments are only read.
 */
export function exampleModule(modules: readonly PublicModule[], worldPath: string): string {
  const symbols = modules.flatMap((module) => module.symbols);
  const values = new Set(symbols.filter(({ isValue }) => isValue).map(({ name }) => name));
  const functions = examplesOf(symbols).map(
    ({ name, code }) =>
      `${JSON.stringify(name)}: async ({ app, add, mul, log, tsum, fail, handler, cloud }, check) => {{\n${withChecks(code, values)}\n}},`,
  );
  return [
    ...modules.map(importsOf),
    `import type { Checks, World } from ${JSON.stringify(worldPath)};`,
    'export const examples: Record<string, (world: World, check: Checks) => Promise<void>> = {',
    ...functions,
    '};',
    '',
  ].join('\n');
}

// --- internal ---

function importsOf({ from, symbols }: PublicModule): string {
  const names = symbols.map(({ name, isValue }) => (isValue ? name : `type ${name}`));
  return `import { ${names.join(', ')} } from '${from}';`;
}

function named(name: string, codes: readonly string[]): readonly Example[] {
  return codes.map((code, index) => ({ name: index === 0 ? name : `${name} (${index + 1})`, code }));
}

const STATEMENT = /^( *)(?:const (\w+)(?:: [^=]+)? = )?(.+); \/\/ (.+)$/;

function withChecks(code: string, errors: ReadonlySet<string>): string {
  return code
    .split('\n')
    .map((line) => {
      const [, indent = '', variable, expression = '', said = ''] = STATEMENT.exec(line) ?? [];
      if (errors.has(said)) return `${indent}await check.error(async () => ${expression}, ${JSON.stringify(said)});`;
      if (!isValue(said)) return line;
      if (variable !== undefined) return `${line}\n${indent}check.value(${variable}, ${said});`;
      return `${indent}check.value(${expression}, ${said});`;
    })
    .join('\n');
}

/** Whether a comment is a value, as one writes it, and not words or a type. */
function isValue(said: string): boolean {
  return /^(?:-?\d[\d_.]*n?|'[^']*'|true|false|null|undefined|[[{].*[\]}])$/.test(said);
}
