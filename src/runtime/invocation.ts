/** The place of the invocation that this sandbox works on, for every copy of this library in it. */
const REQUEST_ID: unique symbol = Symbol.for('chordal.requestId');

/** Notes which invocation this sandbox works on: Lambda gives it one at a time. */
export function noteInvocation(requestId: string | undefined): void {
  Object.assign(globalThis, { [REQUEST_ID]: requestId });
}

/** Returns the id of that invocation. */
export function invocationId(): string | undefined {
  // Only the function above writes it, here or in another copy of this module.
  return (globalThis as { readonly [REQUEST_ID]?: string })[REQUEST_ID];
}
