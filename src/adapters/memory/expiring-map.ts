import type { Clock } from '../../ports/system.ts';

/** A map whose entries are gone once their time is over, as a table's items are to those who ignore expired ones. */
export class ExpiringMap<Value> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** @param until epoch ms */
  set(key: string, value: Value, until: number): void {
    this.#entries.set(key, { value, until });
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > this.#clock.now() ? entry.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Returns the entries still there, each with its key and the time, in epoch ms, until which it is kept. */
  entries(): readonly { readonly key: string; readonly value: Value; readonly until: number }[] {
    const now = this.#clock.now();
    return [...this.#entries].filter(([, { until }]) => until > now).map(([key, entry]) => ({ key, ...entry }));
  }

  /** The values that are still there, in the order in which their keys were first set. */
  values(): readonly Value[] {
    return this.entries().map(({ value }) => value);
  }
}
