import { readFileSync } from 'node:fs';

/** The values that a new project's files depend on. */
export interface ProjectFacts {
  /** The name of the package and of the service. */
  readonly name: string;
  /** The version of `chordal` and `chordal-tools`, or where their tarballs are. */
  readonly versions: Readonly<Record<'chordal' | 'chordal-tools', string>>;
  /** Whether the project needs a newer Node than the one that runs now. */
  readonly needsNode: boolean;
  /** Whether its files are ECMAScript modules. If not, those of the example say so by their extension. */
  readonly isModule: boolean;
  /** Whether it has the example, and so a first chord to run: a project with handlers of its own does not. */
  readonly hasExample: boolean;
}

/** The paths of the example: a handler, a test of it, and the program that sends the first chord. */
export function examplePaths({ isModule }: Pick<ProjectFacts, 'isModule'>): Readonly<Record<ExampleFile, string>> {
  const extension = isModule ? '.ts' : '.mts';
  return {
    handler: `handlers/words${extension}`,
    test: `test/words.test${extension}`,
    program: `first-chord${extension}`,
  };
}

type ExampleFile = 'handler' | 'test' | 'program';

/** Returns the files of a new project, by their paths, without `package.json`. */
export function projectFiles(facts: ProjectFacts): Readonly<Record<string, string>> {
  const { handler, test, program } = examplePaths(facts);
  const ofExample = (text: string): string => text.replace('handlers/words.ts', handler);
  return {
    [handler]: HANDLER,
    [test]: ofExample(TEST),
    [program]: ofExample(PROGRAM),
    'serverless.yml': serverlessYml(facts.name),
    'infra/stack.js': STACK,
    'tsconfig.json': facts.isModule ? TSCONFIG : TSCONFIG.replace('"*.ts"', '"*.ts", "*.mts"'),
    '.gitignore': `${IGNORED.join('\n')}\n`,
    '.vscode/launch.json': LAUNCH,
  };
}

/** Paths that git must not keep: packages, builds, and the access key of `chordal dev`. */
export const IGNORED: readonly string[] = ['node_modules/', '.chordal/', '.serverless/', '.env.local'];

/** The parts of a new project's `package.json` that a project with its own gets, too. */
export interface ManifestParts {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Returns these parts. */
export function manifestParts({ versions, needsNode, isModule, hasExample }: ProjectFacts): ManifestParts {
  const { program } = examplePaths({ isModule });
  return {
    scripts: {
      dev: 'chordal dev',
      ...(hasExample && { chord: `node --env-file=.chordal/dev.env ${program}` }),
      test: 'node --test',
      types: 'tsc',
      deploy: 'serverless deploy',
      'deploy:local': `chordal deploy-local${hasExample ? ` -- node ${program}` : ''}`,
    },
    dependencies: { chordal: versions.chordal },
    devDependencies: {
      '@types/node': '^24.0.0',
      'chordal-tools': versions['chordal-tools'],
      ...(needsNode && { node: '^24.0.0' }),
      serverless: 'npm:osls@4.3.1',
      typescript: '^6.0.0',
    },
  };
}

// --- internal ---

const HANDLER = `import { createApp } from 'chordal';

const app = createApp('words');
export const count = app.task('count', (line: string) => line.split(' ').length);
export const sum = app.task('sum', (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0));
export const handler = app.handler(count, sum);
`;

const PROGRAM = `import { chord } from 'chordal';
import { count, sum } from './handlers/words.ts';

const lines = ['to be', 'or not to be'];
const result = await chord(lines.map((line) => count.s(line)), sum.s()).delay();
console.log(await result.get({ timeout: 60 })); // 6
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chord } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { count, handler, sum } from '../handlers/words.ts';

test('the words of all lines are counted an hour later', async () => {
  const cloud = memoryCloud({ words: handler }, { time: 'virtual' });
  const words = chord([count.s('to be'), count.s('or not to be')], sum.s());
  const result = await words.applyAsync({ countdown: 3600 });
  assert.equal(await result.get(), 6);
  cloud.close();
});
`;

const STACK = `import { fileURLToPath } from 'node:url';
import { defineStack } from 'chordal/deploy';

export const { region, functions, resources, callerEnvironment } = defineStack({
  root: fileURLToPath(new URL('..', import.meta.url)),
  command: process.argv.slice(2),
  environment: process.env,
  say: (message) => process.stderr.write(\`\\n\${message}\\n\\n\`),
});
`;

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "skipLibCheck": true
  },
  "include": ["*.ts", "handlers", "test"]
}
`;

const LAUNCH = `{
  "version": "0.2.0",
  "configurations": [
    {
      "name": "chordal dev",
      "type": "node",
      "request": "launch",
      "runtimeExecutable": "npx",
      "runtimeArgs": ["chordal", "dev"],
      "console": "integratedTerminal",
      "skipFiles": ["<node_internals>/**"],
      "outFiles": ["\${workspaceFolder}/.chordal/dev/**/*.mjs"]
    },
    {
      "name": "attach to chordal dev --inspect",
      "type": "node",
      "request": "attach",
      "port": 9229,
      "skipFiles": ["<node_internals>/**"],
      "outFiles": ["\${workspaceFolder}/.chordal/dev/**/*.mjs"]
    }
  ]
}
`;

/** The repository's own, which the package has beside this code. */
function serverlessYml(name: string): string {
  const text = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  return text
    .replace(/^service: .*$/m, `service: ${name}`)
    .replace('npm run deploy -- --stage', 'npx serverless deploy --stage');
}
