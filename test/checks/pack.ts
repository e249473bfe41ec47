/** Packs what npm gets: `pack.ts [all | library | tools | create] [FOLDER] [--pack-destination FOLDER]`. */
import { mkdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { PACKAGES, packInto } from '../support/package.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'pack-destination': { type: 'string' } },
});
const [kind = 'all', emptied] = positionals;
// The folder that gets the tarballs: the current one, where npm would put them, or one that this empties first.
if (emptied !== undefined) {
  await rm(emptied, { recursive: true, force: true });
  await mkdir(emptied, { recursive: true });
}
const wanted = PACKAGES.filter((name) => kind === 'all' || name === kind);
if (wanted.length === 0) throw new Error(`Cannot pack ${kind}: choose all, ${PACKAGES.join(', ')}`);
for (const path of await packInto(values['pack-destination'] ?? emptied ?? '.', wanted)) console.log(path);
