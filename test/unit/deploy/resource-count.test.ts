import { expect, test } from 'vitest';
import { describeProject } from '../../../src/deploy/project.ts';
import type { Project } from '../../../src/deploy/project.ts';
import { alarms } from '../../../src/deploy/stack/alarms.ts';
import { checkResourceCount } from '../../../src/deploy/stack/resource-count.ts';
import { roles } from '../../../src/deploy/stack/roles.ts';
import { DEFAULT_SETTINGS } from '../../../src/deploy/stack/settings.ts';
import { storage } from '../../../src/deploy/stack/storage.ts';

test('a stack of 67 handlers is deployed, and one of 68 is refused with the reason', () => {
  expect(() => check(projectOf(67))).not.toThrow();
  expect(() => check(projectOf(68))).toThrow(
    'Cannot deploy 68 handlers in one stack: they take 502 resources, and CloudFormation takes 500. Put tasks together in fewer files, deploy without alarms, or split the service.',
  );
});

test('the event source mapping of a queue for high priority counts: 47 handlers have one', () => {
  expect(() => check(projectOf(47, true))).not.toThrow();
  expect(() => check(projectOf(48, true))).toThrow('Cannot deploy 48 handlers in one stack: they take 506 resources');
});

// --- internal ---

function projectOf(count: number, isHigh = false): Project {
  const names = Array.from({ length: count }, (_, index) => `h${index}`);
  const functions = names.map((name) => ({ name, file: `handlers/${name}.ts` }));
  return describeProject({ service: 'shop', stage: 'prod', functions, high: isHigh ? names : [] });
}

function check(project: Project): void {
  const parts = { project, settings: DEFAULT_SETTINGS, routes: {} };
  checkResourceCount(Object.keys({ ...storage(parts), ...roles(parts), ...alarms(parts) }).length, project);
}
