import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** The declaration files that a compiler reads for a module: its own, and those below it in the same package. */
export function declarationsBelow(entry: string): readonly string[] {
  return [...reach(entry, (path) => readFileSync(path, 'utf8'), declarationPath).files];
}

/** The dependencies of a source module's declarations: the source modules below it, and the packages that these import. */
export function declarationsOf(entry: string): {
  readonly files: readonly string[];
  readonly packages: readonly string[];
} {
  const { files, packages } = reach(entry, (path) => {
    return ts.transpileDeclaration(readFileSync(path, 'utf8'), { fileName: path }).outputText;
  });
  return { files: [...files], packages: [...packages] };
}

// --- internal ---

/** Follows the imports from a module, given how to read a module's declarations, and which file an import names. */
function reach(
  entry: string,
  read: (path: string) => string,
  resolve: (path: string) => string = (path) => path,
): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = [join(entry)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    for (const { fileName } of ts.preProcessFile(read(path)).importedFiles) {
      if (fileName.startsWith('.')) waiting.push(resolve(join(dirname(path), fileName)));
      else packages.add(fileName);
    }
  }
  return { files, packages };
}

/** The declarations of a module that was built: `./app.ts` → `./app.d.ts`. */
function declarationPath(path: string): string {
  return path.replace(/(?<!\.d)\.ts$/, '.d.ts');
}
