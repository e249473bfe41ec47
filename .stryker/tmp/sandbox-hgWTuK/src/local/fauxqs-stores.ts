import type { DatabaseSync } from 'node:sqlite';
import type { BuildAppOptions } from 'fauxqs';

/** fauxqs' state: its queues and messages, its topics (of no use here), its buckets and objects. */
export type Stores = NonNullable<BuildAppOptions['stores']>;

type SqsStore = Stores['sqsStore'];
type Queue = ReturnType<SqsStore['createQueue']>;
type Persistence = NonNullable<SqsStore['persistence']>;

/** fauxqs' state, and what goes beyond its own server. */
export interface FauxqsStores {
  readonly stores: Stores;
  /** Gives the queues that were loaded the port of this run in their addresses. */
  moveTo(port: number): void;
  /**
   * Makes messages of a failed batch visible again, `afterMs` from now, but not those whose visibility the handler has changed itself.
   * A receipt that is no longer valid is ignored.
   */
  returnMessages(queueName: string, receiptHandles: readonly string[], afterMs: number): void;
  /** Ends all requests that wait for a message of the queue that such a request names. Whoever is still there asks again. */
  wakeReceivers(request: unknown): void;
  close(): void;
}

/**
 * Makes fauxqs' stores from its inner modules, since its own `startFauxqs` listens on every interface, gives queues addresses that need a
 * name server, and loses a message that is kept on disk and made visible at once.
 */
export async function openStores(dataDir: string | undefined): Promise<FauxqsStores> {
  const { SqsStore, SnsStore, S3Store, SqsQueue, PersistenceManager } = await loadFauxqs();
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  // With no host of its own, a queue's address has the host that the request was sent to.
  stores.sqsStore.host = '';
  const changedByHandler = watchVisibility(SqsQueue);
  const persistence = dataDir === undefined ? undefined : openPersistence(PersistenceManager, dataDir);
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
  // Not exported by fauxqs, whose version is therefore pinned exactly.
  return Object.assign({}, ...modules) as FauxqsModules;
}

/**
 * Remembers which deliveries had their visibility changed by a caller. With 0 a message stays in flight until fauxqs next looks (within
 * 20 ms while somebody polls), because its own way to return one at once breaks a rule of its database, and loses the message.
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
  try {
    const persistence = new PersistenceManager(dataDir);
    // Private in fauxqs.
    const { db } = persistence as unknown as { readonly db: DatabaseSync };
    // What is committed survives the end of the process without waiting for the disk; and one process at a time.
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    return persistence;
  } catch (error) {
    const isLocked = error instanceof Error && error.message.includes('locked');
    throw isLocked ? Object.assign(error, { code: 'DATA_IN_USE' }) : error;
  }
}

/** Loads what is stored. Whoever had received messages is gone with its process, so they are visible again. */
function restore({ sqsStore, snsStore, s3Store }: Stores, persistence: Persistence): void {
  // In this order: a store that writes while it is loaded would delete what it loads.
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
