import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runWell } from '../deploy/support/run.ts';
import { PLACEHOLDER_HOST, readManifest } from './package.ts';

/** The state of a repository that decides whether a version can be released from it. */
export interface ReleaseFacts {
  /** The version in package.json. */
  readonly current: string;
  readonly repositoryUrl: string;
  readonly changelog: string;
  readonly branch: string;
  /** The tags of all versions. */
  readonly tags: readonly string[];
  /** The files that differ from the last commit. */
  readonly changed: readonly string[];
}

/** Reads these facts from a folder. */
export async function releaseFacts(folder: string): Promise<ReleaseFacts> {
  const { version, repository } = await readManifest(folder);
  return {
    current: version,
    repositoryUrl: repository.url,
    changelog: await readFile(join(folder, 'CHANGELOG.md'), 'utf8'),
    branch: (await git(folder, 'branch', '--show-current')).join(''),
    tags: await git(folder, 'tag', '--list', 'v*'),
    changed: await git(folder, 'status', '--porcelain'),
  };
}

/** Returns the reasons against the release of a version, each with its remedy; none if it can be released. */
export function reasonsAgainst(version: string, facts: ReleaseFacts): readonly string[] {
  const { current, changelog, tags, changed, branch } = facts;
  const reasons: string[] = [];
  const asked = numbersOf(version);
  if (asked === undefined) return [`\`${version}\` is not a version. Give three numbers, as in 0.2.0.`];
  if (isLower(asked, numbersOf(current) ?? []))
    reasons.push(`package.json has ${current} already. Give a later version.`);
  if (tags.includes(`v${version}`)) reasons.push(`the tag v${version} exists. Give a later version.`);
  if (changed.length > 0) reasons.push(`${changed.length} files differ from the last commit. Commit or stash them.`);
  if (branch !== 'main') reasons.push(`the branch is \`${branch}\`. Switch to main.`);
  if (isUnreleased(changelog)) {
    reasons.push(`CHANGELOG.md has entries under "Unreleased". Give them the heading "## ${version} (YYYY-MM-DD)".`);
  }
  if (!hasEntriesOf(version, changelog)) {
    reasons.push(
      `CHANGELOG.md has no entries under "## ${version} (YYYY-MM-DD)". Write them, with the day of the release.`,
    );
  }
  if (new URL(facts.repositoryUrl.replace(/^git\+/, '')).hostname === PLACEHOLDER_HOST) {
    reasons.push('package.json names a placeholder as its repository. Set `repository`, `homepage` and `bugs`.');
  }
  return reasons;
}

/** Sets the version in package.json, package-lock.json, README.md and the examples, commits, and tags the commit. */
export async function tagRelease(version: string, folder: string): Promise<void> {
  await runWell('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts'], {
    cwd: folder,
  });
  await replaceIn(join(folder, 'README.md'), /(?<=chordal(?:-tools)?-)\d+\.\d+\.\d+(?=\.tgz)/g, version);
  const examples = await readdir(join(folder, 'examples'));
  for (const example of examples) {
    const manifest = join(folder, 'examples', example, 'package.json');
    await replaceIn(manifest, /(?<="chordal(?:-tools)?": ")\d+\.\d+\.\d+(?=")/g, version);
  }
  await git(folder, 'commit', '--quiet', '--allow-empty', '--all', '--message', `Release ${version}`);
  await git(folder, 'tag', '--annotate', `v${version}`, '--message', `Release ${version}`);
}

// --- internal ---

async function replaceIn(file: string, pattern: RegExp, replacement: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll(pattern, replacement));
}

async function git(folder: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runWell('git', args, { cwd: folder });
  return stdout.split('\n').filter((line) => line !== '');
}

function numbersOf(version: string): readonly number[] | undefined {
  return /^\d+\.\d+\.\d+$/.test(version) ? version.split('.').map(Number) : undefined;
}

function isLower(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((number, place) => number !== b[place]);
  return index !== -1 && (a[index] ?? 0) < (b[index] ?? 0);
}

function isUnreleased(changelog: string): boolean {
  return sectionsOf(changelog).some(({ heading, text }) => /unreleased/i.test(heading) && text !== '');
}

/** The day must exist: `Date` reads 31 February as 3 March. */
function hasEntriesOf(version: string, changelog: string): boolean {
  return sectionsOf(changelog).some(({ heading, text }) => {
    const [, named, day = ''] = /^(\S+) \((\d{4}-\d\d-\d\d)\)$/.exec(heading) ?? [];
    const time = Date.parse(day);
    return named === version && text !== '' && !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
  });
}

function sectionsOf(changelog: string): readonly { readonly heading: string; readonly text: string }[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return { heading: heading.trim(), text: lines.join('\n').trim() };
    });
}
