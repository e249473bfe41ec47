import { globSync } from 'node:fs';
import { cruise, format } from 'dependency-cruiser';
import type { ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTypeScriptConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const folders = ['src', 'handlers', 'infra', 'test'].filter((folder) => sourcesIn(folder).length > 0);
const result = await cruiseAll(folders);
const { output, exitCode } = await format(result, { outputType: 'err-long' });
console.log(output);
process.exitCode = exitCode;

// Under a TypeScript that it does not know, dependency-cruiser sees no modules and is content.
const seen = new Set(result.modules.map((module) => module.source));
const missed = folders.flatMap(sourcesIn).filter((file) => !seen.has(file));
if (missed.length > 0) {
  console.error(`Cannot check the boundaries of ${missed.length} files that were not cruised:\n${missed.join('\n')}`);
  process.exitCode = 1;
}

// --- internal ---

function sourcesIn(folder: string): string[] {
  return globSync(`${folder}/**/*.{js,ts}`);
}

async function cruiseAll(paths: string[]): Promise<ICruiseResult> {
  const options = await extractOptions('./.dependency-cruiser.mjs');
  const transpile = { tsConfig: extractTypeScriptConfig('tsconfig.json') };
  const { output: cruised } = await cruise(paths, options, undefined, transpile);
  if (typeof cruised === 'string')
    throw new Error(`Cannot read the answer of dependency-cruiser: expected an object, got ${cruised}`);
  return cruised;
}
