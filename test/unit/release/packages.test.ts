/** The refusals of the check of the packages, and its answer when it cannot ask. */
import { expect, test } from 'vitest';
import { advisoriesIn, faultsOf } from '../../checks/packages.ts';

test('faultsOf() names a licence that is not known, and a script that runs at the installation', () => {
  const packages = {
    '': { license: 'SEE LICENSE' },
    'node_modules/good': { license: 'MIT' },
    'node_modules/esbuild': { license: 'MIT', hasInstallScript: true },
    'node_modules/good/node_modules/@scope/bad': { license: 'GPL-3.0', hasInstallScript: true },
    'node_modules/silent': {},
    'node_modules/absent': {},
  };
  expect(faultsOf(packages, (path) => (path.endsWith('silent') ? 'none' : undefined))).toEqual([
    '@scope/bad: the licence GPL-3.0 is not known',
    '@scope/bad: it runs a script when it is installed',
    'silent: the licence none is not known',
  ]);
});

test('advisoriesIn() names the severe ones, and says why there are none to read', () => {
  const vulnerabilities = { a: { severity: 'critical' }, b: { severity: 'low' }, c: { severity: 'high' } };
  expect(advisoriesIn(JSON.stringify({ vulnerabilities }))).toEqual({
    found: ['a: an advisory of severity critical', 'c: an advisory of severity high'],
  });
  const message = '405 Method Not Allowed - POST https://registry.invalid/-/npm/v1/security';
  expect(advisoriesIn(JSON.stringify({ message, error: {} }))).toEqual({
    skipped: '405 Method Not Allowed - POST the registry',
  });
  expect(advisoriesIn('')).toHaveProperty('skipped');
});
