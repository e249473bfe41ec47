/** Builds the page: `node src/ui/page/build.js FOLDER`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the page, and returns its files. */
export async function buildPage() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.tsx', import.meta.url))],
    outdir: 'page',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  /** @param {string} end */
  const fileOf = (end) => outputFiles.find(({ path }) => path.endsWith(end))?.contents ?? new Uint8Array();
  return { script: fileOf('.js'), style: fileOf('.css') };
}

const [, program, folder] = process.argv;
if (program === fileURLToPath(import.meta.url) && folder !== undefined) {
  const { script, style } = await buildPage();
  await mkdir(folder, { recursive: true });
  await Promise.all([writeFile(join(folder, 'main.js'), script), writeFile(join(folder, 'main.css'), style)]);
}
