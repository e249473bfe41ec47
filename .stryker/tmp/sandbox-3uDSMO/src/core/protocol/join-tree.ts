/**
 * The arithmetic of a join: where a member's outcome lives, and how many writes lead from it to the root.
 *
 * A leaf is one item with the outcomes of 8 members. Leaves are children of nodes of up to 200, and nodes of nodes, so
 * that no item grows with the group and no partition takes the writes of more than 128 members.
 */

/** Members in one leaf: their outcomes fit in one write unit of 1 KB. */function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
export const LEAF_MEMBERS = 8;
/** Members in one partition, and so in one Query of a gather. */
export const SHARD_MEMBERS = 128;
/** Children of one node. */
export const NODE_CHILDREN = 200;

/** The place of a member in its join. */
export interface Seat {
  /** The base of the group. */
  readonly join: string;
  /** The member's index in the group. */
  readonly index: number;
}

/** Where one write of a climb goes: the node, and which child it marks as complete. */
export interface Rung {
  readonly level: number;
  readonly node: number;
  readonly child: number;
  /** How many children the node waits for. */
  readonly children: number;
}

/** The leaf that holds member `index`. */
export function leafOf(index: number): number {
  if (stryMutAct_9fa48("139")) {
    {}
  } else {
    stryCov_9fa48("139");
    return Math.floor(stryMutAct_9fa48("140") ? index * LEAF_MEMBERS : (stryCov_9fa48("140"), index / LEAF_MEMBERS));
  }
}

/** The slot of member `index` in its leaf, 0 to 7. */
export function slotOf(index: number): number {
  if (stryMutAct_9fa48("141")) {
    {}
  } else {
    stryCov_9fa48("141");
    return stryMutAct_9fa48("142") ? index * LEAF_MEMBERS : (stryCov_9fa48("142"), index % LEAF_MEMBERS);
  }
}

/** The partition of member `index`. */
export function shardOf(index: number): number {
  if (stryMutAct_9fa48("143")) {
    {}
  } else {
    stryCov_9fa48("143");
    return Math.floor(stryMutAct_9fa48("144") ? index * SHARD_MEMBERS : (stryCov_9fa48("144"), index / SHARD_MEMBERS));
  }
}

/** How many members the leaf of member `index` waits for, in a group of `n`. */
export function leafSize(n: number, index: number): number {
  if (stryMutAct_9fa48("145")) {
    {}
  } else {
    stryCov_9fa48("145");
    return stryMutAct_9fa48("146") ? Math.max(LEAF_MEMBERS, n - leafOf(index) * LEAF_MEMBERS) : (stryCov_9fa48("146"), Math.min(LEAF_MEMBERS, stryMutAct_9fa48("147") ? n + leafOf(index) * LEAF_MEMBERS : (stryCov_9fa48("147"), n - (stryMutAct_9fa48("148") ? leafOf(index) / LEAF_MEMBERS : (stryCov_9fa48("148"), leafOf(index) * LEAF_MEMBERS)))));
  }
}

/** The first write above the leaf of member `index`, or `undefined` where that leaf is the root. */
export function firstRung(n: number, index: number): Rung | undefined {
  if (stryMutAct_9fa48("149")) {
    {}
  } else {
    stryCov_9fa48("149");
    return rung(0, leafOf(index), Math.ceil(stryMutAct_9fa48("150") ? n * LEAF_MEMBERS : (stryCov_9fa48("150"), n / LEAF_MEMBERS)));
  }
}

/** The write above `from`, once that node is complete, or `undefined` where it is the root. */
export function nextRung(n: number, from: Rung): Rung | undefined {
  if (stryMutAct_9fa48("151")) {
    {}
  } else {
    stryCov_9fa48("151");
    let width = Math.ceil(stryMutAct_9fa48("152") ? n * LEAF_MEMBERS : (stryCov_9fa48("152"), n / LEAF_MEMBERS));
    for (let level = 0; stryMutAct_9fa48("155") ? level > from.level : stryMutAct_9fa48("154") ? level < from.level : stryMutAct_9fa48("153") ? false : (stryCov_9fa48("153", "154", "155"), level <= from.level); stryMutAct_9fa48("156") ? level -= 1 : (stryCov_9fa48("156"), level += 1)) width = Math.ceil(stryMutAct_9fa48("157") ? width * NODE_CHILDREN : (stryCov_9fa48("157"), width / NODE_CHILDREN));
    return rung(stryMutAct_9fa48("158") ? from.level - 1 : (stryCov_9fa48("158"), from.level + 1), from.node, width);
  }
}

/** The partitions of a group of `n` members. */
export function shardCount(n: number): number {
  if (stryMutAct_9fa48("159")) {
    {}
  } else {
    stryCov_9fa48("159");
    return Math.ceil(stryMutAct_9fa48("160") ? n * SHARD_MEMBERS : (stryCov_9fa48("160"), n / SHARD_MEMBERS));
  }
}

// --- internal ---

function rung(level: number, child: number, width: number): Rung | undefined {
  if (stryMutAct_9fa48("161")) {
    {}
  } else {
    stryCov_9fa48("161");
    if (stryMutAct_9fa48("165") ? width > 1 : stryMutAct_9fa48("164") ? width < 1 : stryMutAct_9fa48("163") ? false : stryMutAct_9fa48("162") ? true : (stryCov_9fa48("162", "163", "164", "165"), width <= 1)) return undefined;
    const node = Math.floor(stryMutAct_9fa48("166") ? child * NODE_CHILDREN : (stryCov_9fa48("166"), child / NODE_CHILDREN));
    return stryMutAct_9fa48("167") ? {} : (stryCov_9fa48("167"), {
      level,
      node,
      child,
      children: stryMutAct_9fa48("168") ? Math.max(NODE_CHILDREN, width - node * NODE_CHILDREN) : (stryCov_9fa48("168"), Math.min(NODE_CHILDREN, stryMutAct_9fa48("169") ? width + node * NODE_CHILDREN : (stryCov_9fa48("169"), width - (stryMutAct_9fa48("170") ? node / NODE_CHILDREN : (stryCov_9fa48("170"), node * NODE_CHILDREN)))))
    });
  }
}