import { createRequire } from 'node:module';

/**
 * Lets dynalite close the iterators of its database. It calls their `return()`, which they do not have, so each Query and Scan leaves one
 * open, and LevelDB keeps in memory all that was written since: some 4 KB a Query.
 */
export async function closeIterators(): Promise<void> {
  // dynalite's own database package. All its databases share the class of their iterators.
  const { MemoryLevel } = createRequire(import.meta.resolve('dynalite'))('memory-level') as {
    readonly MemoryLevel: new () => Database;
  };
  const database = new MemoryLevel();
  const prototype = ownerOf('close', database.values());
  Object.assign(prototype, {
    return(this: Iterator) {
      return this.close();
    },
  });
  await database.close();
}

// --- internal ---

interface Iterator {
  close(): Promise<void>;
}

interface Database {
  values(): Iterator;
  close(): Promise<void>;
}

function ownerOf(method: string, object: object): object {
  // An iterator inherits the method.
  return Object.hasOwn(object, method) ? object : ownerOf(method, Object.getPrototypeOf(object) as object);
}
