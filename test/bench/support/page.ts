import { readFile, writeFile } from 'node:fs/promises';

/** The page of all figures. Its parts stand between marks, and each is written by the command that measures it. */
const PAGE = 'docs/performance.md';

/**
 * Writes a part of a page anew.
 *
 * @throws Error if the page has no marks for it
 */
export function withPart(page: string, name: string, part: string, file: string = PAGE): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`Cannot write ${name}: ${file} needs the lines ${begin} and ${end}.`);
  return `${page.slice(0, from)}${begin}\n\n${part.trim()}\n\n${page.slice(to)}`;
}

/** Writes a part of a page, by default that of all figures. */
export async function writePart(name: string, part: string, file: string = PAGE): Promise<void> {
  await writeFile(file, withPart(await readFile(file, 'utf8'), name, part, file));
}

/** A table of Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
