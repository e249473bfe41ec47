/** Which folders of src each folder may import, beside itself, from the lowest floor up. ARCHITECTURE.md shows the same rooms. */
/** @type {string[]} */
const below = [];
/** @type {Record<string, string[]>} */
const mayImport = {};
for (const wing of ['text', 'errors', 'values', 'protocol', 'canvas', 'celery', 'types', 'task', 'schedule']) {
  mayImport[`core/${wing}`] = [...below];
  below.push(`core/${wing}`);
}
const shared = ['core', 'ports', 'engine'];
Object.assign(mayImport, {
  ports: ['core'],
  engine: ['core', 'ports'],
  worker: shared,
  client: shared,
  adapters: ['core', 'ports'],
  runtime: [...shared, 'client', 'adapters'],
  lambda: [...shared, 'worker', 'client', 'adapters', 'runtime'],
  deploy: ['core', 'ports', 'adapters'],
  ui: [...shared, 'client'],
  local: [...shared, 'worker', 'client', 'adapters', 'runtime', 'lambda', 'deploy'],
  testing: [...shared, 'worker', 'client', 'adapters', 'runtime', 'lambda'],
  opentelemetry: ['core', 'engine'],
  tools: ['core'],
  create: [],
  'index.ts': ['core', 'engine', 'client', 'lambda', 'runtime'],
});

/** @param {readonly string[]} names */
const inSrc = (names) => `^src/(${names.map((name) => (name.endsWith('.ts') ? `${name}$` : `${name}/`)).join('|')})`;

const layers = Object.entries(mayImport).map(([name, others]) => ({
  name: `layer-${name}`,
  comment: `src/${name} may import only ${[name, ...others].join(', ')}.`,
  severity: 'error',
  from: { path: inSrc([name]) },
  to: { path: '^src/', pathNot: inSrc([name, ...others]) },
}));

export default {
  forbidden: [
    ...layers,
    {
      name: 'known-layer',
      comment: 'A new folder in src needs a row in the table.',
      severity: 'error',
      from: { path: '^src/', pathNot: inSrc([...Object.keys(mayImport), 'cli']) },
      to: {},
    },
    {
      name: 'pure',
      comment: 'core and ports import nothing from outside src: no node:*, no package.',
      severity: 'error',
      from: { path: inSrc(['core', 'ports']) },
      to: { pathNot: '^src/' },
    },
    {
      name: 'cloud-only-at-the-edge',
      comment:
        'An AWS SDK, an emulator or esbuild is imported only by adapters/aws, runtime, local, deploy, cli/logs and cli/stage.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `${inSrc(['adapters/aws', 'runtime', 'local', 'deploy', 'cli/logs', 'cli/stage'])}|^src/ui/page/build.js$`,
      },
      to: { path: '(^|/)(@aws-sdk/|@smithy/|fauxqs(/|$)|dynalite(/|$)|esbuild(/|$))' },
    },
    {
      name: 'opentelemetry-only-where-asked',
      comment: 'An optional peer: only the entry that a program imports for it may need it.',
      severity: 'error',
      from: { path: '^src/', pathNot: inSrc(['opentelemetry']) },
      to: { path: '(^|/)@opentelemetry/' },
    },
    {
      name: 'src-stands-alone',
      comment: 'src loads handlers only by path, and knows nothing of infra and test.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(handlers|infra|test)/' },
    },
    {
      name: 'handlers-use-the-public-api',
      severity: 'error',
      from: { path: '^handlers/' },
      to: { path: '^(src|infra|test)/', pathNot: inSrc(['index.ts', 'testing/index.ts']) },
    },
    {
      name: 'infra-uses-deploy',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^(src|handlers|test)/', pathNot: inSrc(['deploy']) },
    },
    {
      name: 'unit-tests-do-no-io',
      comment: 'A test that opens, starts or writes something belongs in test/contract, integration or deploy.',
      severity: 'error',
      from: { path: '^test/unit/' },
      to: {
        path: '^((node:)?(child_process|fs/promises|http|http2|https|net|sqlite|worker_threads)$|test/support/temporary-folder|src/deploy/(build|watch))',
      },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-package-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot:
          '/@types/|^node_modules/(@aws-sdk/client-cloudwatch-logs|@opentelemetry/api|commander|dynalite|esbuild|fauxqs|preact|yaml)/',
      },
    },
    {
      name: 'library-stands-without-tools',
      comment:
        'chordal installs neither the emulators nor esbuild: what needs them is part of chordal-tools, in src/cli, src/deploy, src/local and src/ui.',
      severity: 'error',
      from: { path: '^src/', pathNot: inSrc(['cli', 'create', 'deploy', 'local', 'ui']) },
      to: {
        path: `${inSrc(['cli', 'deploy', 'local', 'ui'])}|^node_modules/(@aws-sdk/client-cloudwatch-logs|commander|dynalite|esbuild|fauxqs|yaml)/`,
      },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['chordal-source', 'types', 'import', 'node', 'default'],
      extensions: ['.ts', '.d.ts', '.js', '.mjs', '.json'],
    },
  },
};
