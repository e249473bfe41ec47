/**
 * Returns why a version of Node cannot run the command line or a build, or undefined if it can. The oldest is 22.13, the first with
 * `node:sqlite`; `engines` in package.json names it too. This module imports nothing, so that an old Node can load it.
 *
 * @example
 * nodeProblem('22.4.0'); // 'Node 22.4.0 is too old: it takes 22.13 or later, best 24'
 */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return undefined;
  return `Node ${version} is too old: it takes 22.13 or later, best 24`;
}
