import { setTimeout as delay } from 'node:timers/promises';
import { chord, createApp, range } from 'chordal';
import { record, recorded } from '../../../handlers/tasks/text.ts';
import type { ProjectFolder } from './project-folder.ts';
import type { DeployedStack } from './stack.ts';

/** A chord of 500 during which a new version was deployed. */
export interface Upgrade {
  readonly value: readonly number[];
  /** Whether the chord had ended before the new version was there. */
  readonly endedBefore: boolean;
  /** The version that ran each member. */
  readonly versions: ReadonlyMap<number, number>;
  /** The lines that the second deployment has printed for its user. */
  readonly said: string;
}

/** Every tenth member of the chord waits for the new version. */
export const waitsForUpgrade = (member: number): boolean => member % 10 === 0;

/** Deploys a new version, with one function more (`fresh`), while a chord of 500 runs. The environment leads to the stack. */
export async function upgradeUnderLoad(stack: DeployedStack, project: ProjectFolder): Promise<Upgrade> {
  await project.add({ 'handlers/upgrade.ts': handler(1) });
  await stack.deploy();
  // The outputs of the deployed stack equal the files of its build.
  const routes = JSON.parse((await stack.callerEnv())['CHORDAL_ROUTES'] ?? '') as Readonly<Record<string, string>>;
  const app = createApp('upgrade', { routes });
  const members = range(500).map((i) => app.signature('member', { args: [i, waitsForUpgrade(i)] }));
  const result = await chord(members, app.signature('identity')).delay();
  const endsAt = Date.now() + limitMs;
  while ((await membersRun()).size < 450) {
    if (Date.now() > endsAt) throw new Error(`Only ${(await membersRun()).size} of 450 members have run`);
    await delay(200);
  }

  await project.add({ 'handlers/upgrade.ts': handler(2), 'handlers/fresh.ts': fresh });
  const { stderr: said } = await stack.deploy();
  const endedBefore = await result.ready();
  await record.delay('go', 'on');
  // The members return the numbers that they were given.
  const value = (await result.get({ timeout: limitMs / 1000 })) as readonly number[];
  return { value, endedBefore, versions: await membersRun(), said };
}

// --- internal ---

const limitMs = 240_000;

const fresh = `import { app } from './tasks/app.ts';\nexport const handler = app.handler(app.task('fresh', () => 'new'));\n`;

/** Members that wait come back every 5 s, until they are told that the new version is there: ten a second, which every emulator can take. */
const handler = (version: number): string => `
  import { app } from './tasks/app.ts';
  const member = app.task('member', { bind: true, maxRetries: 1000 }, async (ctx, i: number, waits: boolean) => {
    if (waits && (await ctx.ledger.read('go')).length === 0) throw ctx.retry({ countdown: 5 });
    await ctx.ledger.append('members', [i, ${version}]);
    return i;
  });
  ${version === 1 ? "export const handler = app.handler(member, app.task('leaving', () => 1));" : 'export const handler = app.handler(member);'}
`;

/** The version that ran each member. */
async function membersRun(): Promise<ReadonlyMap<number, number>> {
  const noted = await (await recorded.delay('members')).get({ timeout: limitMs / 1000 });
  // The task above appends pairs.
  return new Map(noted as [number, number][]);
}
