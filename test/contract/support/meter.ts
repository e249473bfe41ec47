import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The cost of calls to DynamoDB. */
export interface Bill {
  /** Requests, by the name of their command without "Command". */
  readonly requests: Readonly<Record<string, number>>;
  /** Capacity units, as the service counts them. A refused write does not say what it cost. */
  readonly units: number;
}

/** Counts what a client calls and what it is billed. */
export class Meter {
  #requests: Record<string, number> = {};
  #units = 0;

  constructor(client: DynamoDBClient) {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const name = commandName.replace('Command', '');
          this.#requests[name] = (this.#requests[name] ?? 0) + 1;
          const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
          this.#units += unitsOf(answer.output);
          return answer;
        },
      { step: 'initialize' },
    );
  }

  /** Returns the cost of the work. Nothing else may use the client at that time. */
  async of(work: () => Promise<unknown>): Promise<Bill> {
    this.#requests = {};
    this.#units = 0;
    await work();
    return { requests: this.#requests, units: this.#units };
  }
}

// --- internal ---

function unitsOf(output: object): number {
  if (!('ConsumedCapacity' in output) || typeof output.ConsumedCapacity !== 'object') return 0;
  const consumed: readonly unknown[] = [output.ConsumedCapacity].flat();
  return consumed.reduce<number>((sum, one) => sum + capacityOf(one), 0);
}

function capacityOf(consumed: unknown): number {
  if (typeof consumed !== 'object' || consumed === null || !('CapacityUnits' in consumed)) return 0;
  return Number(consumed.CapacityUnits);
}
