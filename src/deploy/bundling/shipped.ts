import { findPackage, isNative, manifestOf, withDependencies } from './packages.ts';

/**
 * The packages of a project that are shipped beside the bundles. A build that finds one more while it runs is run again: what came before
 * it may have been bundled.
 */
export class Shipped {
  readonly #root: string;
  /** Folders of packages that no bundle may hold, with those that they need: two copies of one package would not know each other. */
  readonly #outside = new Set<string>();
  /** The packages that bundles import, by the name of the import. */
  readonly #imported = new Map<string, string>();
  #growth = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** A counter that grows with each package found; a build during which it grew is incomplete. */
  get growth(): number {
    return this.#growth;
  }

  /** The packages that bundles import, by the name of the import. */
  get imported(): ReadonlyMap<string, string> {
    return this.#imported;
  }

  /** Has a package shipped, with all that it needs. */
  add(dir: string): void {
    if (this.#outside.has(dir)) return;
    for (const one of withDependencies(dir)) {
      if (isCloudOrSelf(one) && one !== dir) continue;
      this.#outside.add(one);
    }
    this.#growth += 1;
  }

  /** Has a package shipped under its own name although nothing imports it by that name. */
  include(name: string, dir: string): void {
    this.add(dir);
    this.#imported.set(name, dir);
  }

  /** Returns whether a package is shipped; a native one always is. */
  has(dir: string): boolean {
    if (!this.#outside.has(dir) && isNative(dir)) this.add(dir);
    return this.#outside.has(dir);
  }

  /** Returns the name that a bundle imports for a shipped package. Two versions of it have two names. */
  nameFor(name: string, dir: string): string {
    const isMain = findPackage(name, this.#root) === dir;
    const shipped = isMain ? name : `${name}@${manifestOf(dir).version ?? '0'}`;
    this.#imported.set(shipped, dir);
    return shipped;
  }
}

// --- internal ---

/** Shipped with the packages that need them, and still bundled for the rest: a function starts with them. */
function isCloudOrSelf(dir: string): boolean {
  return isOfAws(manifestOf(dir).name ?? '') || manifestOf(dir).name === 'chordal';
}

/** Returns whether a package belongs to the AWS SDK. */
export function isOfAws(name: string): boolean {
  return /^@(?:aws-sdk|aws-crypto|smithy|aws)\//.test(name);
}
