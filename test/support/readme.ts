import { readFileSync } from 'node:fs';

/** A piece of TypeScript in README.md. */
export interface Snippet {
  /** What it calls itself in its first line: `// handlers/words.ts`. */
  readonly file: string;
  readonly code: string;
  /** Whether it is marked to be run. */
  readonly runs: boolean;
}

/** The pieces of TypeScript in a text, in order. */
export function snippetsOf(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(/^```ts( run)?\n(\/\/ (\S+)\n[^]*?)^```$/gm)].map(([, mark, code = '', file = '']) => ({
    file,
    code,
    runs: mark !== undefined,
  }));
}

/** The code in a column of the table in a section. */
export function codeInColumn(markdown: string, section: string, column: number): readonly string[] {
  const [, rest = ''] = markdown.split(`\n## ${section}\n`);
  const [text = ''] = rest.split('\n## ');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  return rows.flatMap((row) => {
    const cell = row.split(/(?<!\\)\|/)[column + 1] ?? '';
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  });
}

/** What a program prints, as it says itself: the comments behind `console.log(…);`. */
export function saidOutput(code: string): readonly string[] {
  return [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, output = '']) => output);
}

export const readme: string = readFileSync('README.md', 'utf8');
