/**
 * Returns the words of an address behind `#/`. A word that is not encoded as an address is taken as it stands.
 *
 * @example
 * routeOf('#/w/order%2017'); // ['w', 'order 17']
 */
export function routeOf(hash: string): readonly string[] {
  return hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decoded);
}

/** Returns the address behind which the page shows an id. */
export function addressOf(id: string): string {
  return `#/w/${encodeURIComponent(id)}`;
}

// --- internal ---

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
