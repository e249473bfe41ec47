/** Returns a deep copy that cannot change: its writer and its readers cannot change the stored data. */
export function frozenCopy<T>(data: T): T {
  // The copy of plain data has the type of its original.
  return copied(data) as T;
}

// --- internal ---

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(copied));
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item)])));
}
