function stryNS_9fa48() {
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
import type { Json } from '../values/json.ts';

/** The state an id ends in; it never changes. */
export type FinalState = 'SUCCESS' | 'FAILURE' | 'REVOKED';

/** A committed value: inline, kept elsewhere, or the values of a group's members. */
export type Value = {
  readonly inline: Json;
} | {
  readonly ref: string;
} | {
  readonly join: string;
  readonly n: number;
  readonly splice?: true;
};

/** Which message, in which delivery, made a decision. Only that message continues from it. */
export interface Owner {
  /** The message's nonce. */
  readonly mid: string;
  /** The delivery's nonce. */
  readonly token: string;
}

/** The final state of an id, with its value: of a failure, the record of the error. */
export interface Result {
  readonly state: FinalState;
  readonly value: Value;
  /** The id whose failure or revocation this is, where it is not this one's own. */
  readonly failedId?: string;
  /** Client reads get no value. */
  readonly ignored?: true;
  /** A client had the value removed. */
  readonly forgotten?: true;
  /** Epoch seconds from which client reads answer as if there were none. */
  readonly expiresAt?: number;
  /** Ids of what the task launched, or where they are kept if they are many. */
  readonly children?: readonly string[] | {
    readonly ref: string;
  };
  /** Appended to the enclosing chord by `addToChord`: the join that holds the further values. */
  readonly added?: {
    readonly join: string;
    readonly n: number;
  };
}

/** The result of what was revoked, or would have begun too late. */
export function revokedBecause(reason: 'expired' | 'revoked'): Result {
  if (stryMutAct_9fa48("203")) {
    {}
  } else {
    stryCov_9fa48("203");
    return stryMutAct_9fa48("204") ? {} : (stryCov_9fa48("204"), {
      state: stryMutAct_9fa48("205") ? "" : (stryCov_9fa48("205"), 'REVOKED'),
      value: stryMutAct_9fa48("206") ? {} : (stryCov_9fa48("206"), {
        inline: stryMutAct_9fa48("207") ? {} : (stryCov_9fa48("207"), {
          reason
        })
      })
    });
  }
}

/** A committed result and its owner. */
export type Outcome = Result & Owner;

/** What a run decided instead of a result: to try again, or which plan (as JSON) to run in its place. */
export type Rerun = {
  readonly kind: 'retry';
  readonly notBefore: number;
  readonly error?: Value;
} | {
  readonly kind: 'replace';
  readonly plan: Value;
};

/** The committed rerun that made attempt `attempt`. */
export type NextAttempt = Rerun & Owner & {
  readonly attempt: number;
};

/** What stands at an id's address. */
export interface Cell {
  readonly outcome?: Outcome;
  readonly next?: NextAttempt;
  /** Starts counted by suspects, and the last one's token. */
  readonly starts?: {
    readonly n: number;
    readonly token: string;
  };
  /** Who may run an `acksLate: false` task, and until when (epoch ms). */
  readonly claim?: Owner & {
    readonly until: number;
  };
}

/** How far the item that holds a member's cell has got. */
export interface Leaf {
  /** Members with an outcome. */
  readonly filled: number;
  /** A member failed or was revoked. */
  readonly failed: boolean;
  /** Who wrote the last outcome, and for which child. */
  readonly last?: {
    readonly mid: string;
    readonly child: number;
  };
}

/** What a write, also a refused one, found or left. */
export interface Standing {
  readonly cell: Cell;
  /** Present at a member's address. */
  readonly leaf?: Leaf;
}

/** Who made what stands, as a message sees it: itself in this delivery, itself in another, another message, or nobody. */
export type Ownership = 'thisDelivery' | 'sameMessage' | 'otherMessage' | 'undecided';

/** An attempt beyond all others: for what is settled without a message of its own. */
export const ANY_ATTEMPT: number = Number.POSITIVE_INFINITY;

/** Whether attempt `attempt` may still be decided. */
export function isOpen(cell: Cell, attempt: number): boolean {
  if (stryMutAct_9fa48("208")) {
    {}
  } else {
    stryCov_9fa48("208");
    if (stryMutAct_9fa48("211") ? cell.outcome === undefined : stryMutAct_9fa48("210") ? false : stryMutAct_9fa48("209") ? true : (stryCov_9fa48("209", "210", "211"), cell.outcome !== undefined)) return stryMutAct_9fa48("212") ? true : (stryCov_9fa48("212"), false);
    // @defect later-attempt-closes-earlier
    return stryMutAct_9fa48("215") ? attempt === ANY_ATTEMPT && (cell.next?.attempt ?? 0) <= attempt : stryMutAct_9fa48("214") ? false : stryMutAct_9fa48("213") ? true : (stryCov_9fa48("213", "214", "215"), (stryMutAct_9fa48("217") ? attempt !== ANY_ATTEMPT : stryMutAct_9fa48("216") ? false : (stryCov_9fa48("216", "217"), attempt === ANY_ATTEMPT)) || (stryMutAct_9fa48("220") ? (cell.next?.attempt ?? 0) > attempt : stryMutAct_9fa48("219") ? (cell.next?.attempt ?? 0) < attempt : stryMutAct_9fa48("218") ? false : (stryCov_9fa48("218", "219", "220"), (stryMutAct_9fa48("221") ? cell.next?.attempt && 0 : (stryCov_9fa48("221"), (stryMutAct_9fa48("222") ? cell.next.attempt : (stryCov_9fa48("222"), cell.next?.attempt)) ?? 0)) <= attempt)));
  }
}

/** Who decided attempt `attempt`, seen from the delivery `by`. */
export function ownershipOf(cell: Cell, attempt: number, by: Owner): Ownership {
  if (stryMutAct_9fa48("223")) {
    {}
  } else {
    stryCov_9fa48("223");
    const owner = stryMutAct_9fa48("224") ? cell.outcome && (cell.next !== undefined && cell.next.attempt > attempt ? cell.next : undefined) : (stryCov_9fa48("224"), cell.outcome ?? ((stryMutAct_9fa48("227") ? cell.next !== undefined || cell.next.attempt > attempt : stryMutAct_9fa48("226") ? false : stryMutAct_9fa48("225") ? true : (stryCov_9fa48("225", "226", "227"), (stryMutAct_9fa48("229") ? cell.next === undefined : stryMutAct_9fa48("228") ? true : (stryCov_9fa48("228", "229"), cell.next !== undefined)) && (stryMutAct_9fa48("232") ? cell.next.attempt <= attempt : stryMutAct_9fa48("231") ? cell.next.attempt >= attempt : stryMutAct_9fa48("230") ? true : (stryCov_9fa48("230", "231", "232"), cell.next.attempt > attempt)))) ? cell.next : undefined));
    if (stryMutAct_9fa48("235") ? owner !== undefined : stryMutAct_9fa48("234") ? false : stryMutAct_9fa48("233") ? true : (stryCov_9fa48("233", "234", "235"), owner === undefined)) return stryMutAct_9fa48("236") ? "" : (stryCov_9fa48("236"), 'undecided');
    if (stryMutAct_9fa48("239") ? owner.mid === by.mid : stryMutAct_9fa48("238") ? false : stryMutAct_9fa48("237") ? true : (stryCov_9fa48("237", "238", "239"), owner.mid !== by.mid)) return stryMutAct_9fa48("240") ? "" : (stryCov_9fa48("240"), 'otherMessage');
    return (stryMutAct_9fa48("243") ? owner.token !== by.token : stryMutAct_9fa48("242") ? false : stryMutAct_9fa48("241") ? true : (stryCov_9fa48("241", "242", "243"), owner.token === by.token)) ? stryMutAct_9fa48("244") ? "" : (stryCov_9fa48("244"), 'thisDelivery') : stryMutAct_9fa48("245") ? "" : (stryCov_9fa48("245"), 'sameMessage');
  }
}