/** README.md and docs/command-line.md have what the tree of the commands has. */
import { expect, test } from 'vitest';
import { commandLinePage, keptPage, nameOf, program, runnable } from '../../checks/command-line-page.ts';
import { readme } from '../../support/readme.ts';

test('docs/command-line.md is what `npm run docs:reference` writes', () => {
  expect(keptPage()).toBe(commandLinePage());
});

test('README.md has every command, and every command inside another', () => {
  const [, section = ''] = /\n## Command line\n([^]*?)\n## /.exec(readme) ?? [];
  const rows = [...section.matchAll(/`chordal ([a-z-]+)([^`]*)`/g)].map(([, name = '', rest = '']) => [name, rest]);
  const written = rows.flatMap(([name = '', rest = '']) => {
    const inner = /^ <(.*)>$/.exec(rest.replaceAll('\\', ''))?.[1]?.split(' | ') ?? [];
    const isParent = program.commands.some((one) => one.name() === name && one.commands.length > 0);
    return isParent ? inner.map((one) => `${name} ${one}`) : [name];
  });

  expect(written.toSorted()).toEqual(runnable.map(nameOf).toSorted());
});

test('the help of an option says its default once', () => {
  const twice = runnable.flatMap((command) =>
    command.options
      .filter(({ description, defaultValue }) => description.includes('(default') && defaultValue !== undefined)
      .map(({ long }) => `${nameOf(command)} ${long}`),
  );

  expect(twice).toEqual([]);
});
