/** Returns the key of a queue of another application: no queue of this app has it, and no name in SQS begins so. */
export function foreignQueue(name: string): string {
  return `/${name}`;
}

/** Returns the whole name of a queue: that of another application as it is, and of this app's with its prefix. */
export function wholeName(prefix: string, queue: string): string {
  return queue.startsWith('/') ? queue.slice(1) : `${prefix}${queue}`;
}
