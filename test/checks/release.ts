import { runWell } from '../deploy/support/run.ts';
import { PACKAGES, packInto } from '../support/package.ts';
import { reasonsAgainst, releaseFacts, tagRelease } from '../support/release.ts';

const [version = ''] = process.argv.slice(2);
const reasons = reasonsAgainst(version, await releaseFacts('.'));
if (reasons.length > 0) {
  console.error(`Cannot release ${version}:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`);
  process.exit(1);
}
// Before the tag, which stays.
await runWell('npm', ['run', 'check:package']);
await tagRelease(version, '.');
console.log(`Committed and tagged v${version}. Once its CI is green, publish it:

  git push --follow-tags origin main
${(await packInto('.', PACKAGES)).map((path) => `  npm publish ${path}`).join('\n')}`);
