import { readFileSync } from 'node:fs';

/** A piece of TypeScript in README.md. */
export interface Snippet {
  /** Its name, from its first line: `// handlers/words.ts`. */
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

/** The rows of the table in a section: in each cell its pieces of code. */
export function codeInTable(markdown: string, section: string): readonly (readonly (readonly string[])[])[] {
  const [, rest = ''] = markdown.split(`\n## ${section}\n`);
  const [text = ''] = rest.split('\n## ');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  return rows.map((row) => {
    const cells = row.split(/(?<!\\)\|/).slice(1, -1);
    return cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
  });
}

/** The lines for a shell that say what they print: the command's words, and the answer. */
export function saidAnswers(
  markdown: string,
): readonly { readonly words: readonly string[]; readonly answer: string }[] {
  return [...markdown.matchAll(/^npx chordal (.*) # (.*)$/gm)].map(([, command = '', answer = '']) => ({
    words: [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
    answer,
  }));
}

/** The output that a program announces: the comments behind `console.log(…);`. */
export function saidOutput(code: string): readonly string[] {
  return [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, output = '']) => output);
}

/** The headings of a page, as links name them. */
export function headingsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

export const readme: string = readFileSync('README.md', 'utf8');
