import type { DatabaseSync } from 'node:sqlite';
import type { BuildAppOptions } from 'fauxqs';

/** The state of fauxqs: queues and messages, buckets and objects, and topics, which are not used here. */
export type Stores = NonNullable<BuildAppOptions['stores']>;

type SqsStore = Stores['sqsStore'];
type Queue = ReturnType<SqsStore['createQueue']>;
type Persistence = NonNullable<SqsStore['persistence']>;

/** The state of fauxqs, and operations that its own server does not have. */
export interface FauxqsStores {
  readonly stores: Stores;
  /** Sets the port of this run in the URLs of the loaded queues. */
  moveTo(port: number): void;
  /**
   * Makes messages of a failed batch visible again, `afterMs` from now, except those whose visibility the handler has changed itself.
   * Receipts that are no longer valid are ignored.
   */
  returnMessages(queueName: string, receiptHandles: readonly string[], afterMs: number): void;
  /** Ends all receive requests that wait on the queue that a request names. Their callers ask again. */
  wakeReceivers(request: unknown): void;
  close(): void;
}

/**
 * Makes the stores of fauxqs from its inner modules. Its own `startFauxqs` listens on every interface, gives queues URLs that need a name
 * server, and loses a message that is kept on disk and made visible at once.
 */
export async function openStores(dataDir: string | undefined): Promise<FauxqsStores> {
  const { SqsStore, SnsStore, S3Store, SqsQueue, PersistenceManager } = await loadFauxqs();
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  // Without a host, the URL of a queue has the host of the request.
  stores.sqsStore.host = '';
  const changedByHandler = watchVisibility(SqsQueue);
  const persistence = dataDir === undefined ? undefined : endingWithDisk(openPersistence(PersistenceManager, dataDir));
  if (persistence) restore(stores, persistence);
  return {
    stores,
    moveTo: (port) => moveQueues(stores.sqsStore, port),
    returnMessages: (queueName, receiptHandles, afterMs) => {
      const queue = stores.sqsStore.getQueueByName(queueName);
      for (const handle of receiptHandles) {
        const entry = queue?.inflightMessages.get(handle);
        if (entry && !changedByHandler.has(entry)) entry.visibilityDeadline = Date.now() + afterMs;
      }
    },
    wakeReceivers: (request) => {
      if (typeof request !== 'object' || request === null || !('QueueUrl' in request)) return;
      stores.sqsStore.getQueue(String(request.QueueUrl))?.cancelWaiters();
    },
    close: () => persistence?.close(),
  };
}

// --- internal ---

interface FauxqsModules {
  readonly SqsStore: new () => SqsStore;
  readonly SqsQueue: { readonly prototype: Queue };
  readonly SnsStore: new () => Stores['snsStore'];
  readonly S3Store: new () => Stores['s3Store'];
  readonly PersistenceManager: new (dataDir: string) => Persistence;
}

async function loadFauxqs(): Promise<FauxqsModules> {
  const entry = import.meta.resolve('fauxqs');
  const paths = ['sqs/sqsStore.js', 'sns/snsStore.js', 's3/s3Store.js', 'persistence.js'];
  const modules = await Promise.all(paths.map((path): Promise<object> => import(new URL(path, entry).href)));
  // fauxqs does not export these modules, so its version is pinned exactly.
  return Object.assign({}, ...modules) as FauxqsModules;
}

/**
 * Remembers the deliveries whose visibility a caller has changed. With 0 a message stays in flight until the next check of fauxqs (within
 * 20 ms while a caller polls): its own way to return a message at once breaks a rule of its database, and loses the message.
 */
function watchVisibility({ prototype }: FauxqsModules['SqsQueue']): WeakSet<object> {
  const changed = new WeakSet<object>();
  prototype.changeVisibility = function changeVisibility(this: Queue, receiptHandle: string, seconds: number): void {
    const entry = this.inflightMessages.get(receiptHandle);
    if (entry === undefined) return;
    changed.add(entry);
    entry.visibilityDeadline = Date.now() + seconds * 1000;
    const { messageId, approximateReceiveCount, approximateFirstReceiveTimestamp } = entry.message;
    this.persistence?.updateMessageInflight(
      messageId,
      receiptHandle,
      entry.visibilityDeadline,
      approximateReceiveCount,
      approximateFirstReceiveTimestamp,
    );
  };
  return changed;
}

function openPersistence(PersistenceManager: FauxqsModules['PersistenceManager'], dataDir: string): Persistence {
  const persistence = new PersistenceManager(dataDir);
  // A private field of fauxqs.
  const { db } = persistence as unknown as { readonly db: DatabaseSync };
  // A commit survives the end of the process without waiting for the disk. Only one process can use the file.
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
  return persistence;
}

/**
 * Ends the thread, with the reason, when the disk does not take a write: what fauxqs has in memory is then not what is
 * stored, and it would refuse everybody from then on.
 */
function endingWithDisk(persistence: Persistence): Persistence {
  return new Proxy(persistence, {
    get: (target, name): unknown => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        try {
          return Reflect.apply(value, target, args);
        } catch (error) {
          if (isOfDisk(error))
            setImmediate(() => {
              throw error;
            });
          throw error;
        }
      };
    },
  });
}

/** The errors of SQLite that come from the disk: read-only, input and output, corrupt, full, cannot open. */
const OF_DISK: readonly number[] = [8, 10, 11, 13, 14];

function isOfDisk(error: unknown): boolean {
  // Extended codes have the code in their lowest byte.
  return error instanceof Error && 'errcode' in error && OF_DISK.includes(Number(error.errcode) % 256);
}

/** Loads the stored state. Messages that were in flight become visible: their receivers ended with the process. */
function restore({ sqsStore, snsStore, s3Store }: Stores, persistence: Persistence): void {
  // The order matters: a store that writes while it is loaded would delete its own data.
  persistence.load(sqsStore, snsStore, s3Store);
  sqsStore.persistence = persistence;
  snsStore.persistence = persistence;
  s3Store.persistence = persistence;
  for (const queue of sqsStore.allQueues()) {
    queue.persistence = persistence;
    for (const entry of queue.inflightMessages.values()) entry.visibilityDeadline = 0;
  }
}

function moveQueues(store: SqsStore, port: number): void {
  for (const queue of store.allQueues()) {
    Object.assign(queue, { url: `http://127.0.0.1:${port}${new URL(queue.url).pathname}` });
  }
}
