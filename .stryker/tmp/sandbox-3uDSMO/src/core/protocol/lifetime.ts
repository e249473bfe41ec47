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
import type { Plan, PlanOptions } from './plan.ts';
import { isStoredItems } from './plan.ts';

/** How long the engine keeps items after the last use it can foresee: longer than any queue keeps a message (14 days). */
export const LIFETIME_MS: number = stryMutAct_9fa48("171") ? 15 / 86_400_000 : (stryCov_9fa48("171"), 15 * 86_400_000);

/** Returns until when an item lives that is needed at `at`; both in epoch ms. */
export function keptFor(at: number): number {
  if (stryMutAct_9fa48("172")) {
    {}
  } else {
    stryCov_9fa48("172");
    return stryMutAct_9fa48("173") ? at - LIFETIME_MS : (stryCov_9fa48("173"), at + LIFETIME_MS);
  }
}

/** The latest time that there is (ECMAScript, Time Values), in epoch ms. */
export const LATEST_MS: number = 8.64e15;

/** Nothing starts later: what is kept for it is kept beyond that. */
const LATEST_START_MS = stryMutAct_9fa48("174") ? LATEST_MS + 366 * 86_400_000 : (stryCov_9fa48("174"), LATEST_MS - (stryMutAct_9fa48("175") ? 366 / 86_400_000 : (stryCov_9fa48("175"), 366 * 86_400_000)));

/** From when a task with these options may run, if it is sent at `from`; both in epoch ms. */
export function startOf(options: Pick<PlanOptions, 'eta' | 'countdown'> | undefined, from: number): number {
  if (stryMutAct_9fa48("176")) {
    {}
  } else {
    stryCov_9fa48("176");
    return stryMutAct_9fa48("177") ? Math.max(LATEST_START_MS, Math.max(options?.eta ?? 0, from + (options?.countdown ?? 0) * 1000)) : (stryCov_9fa48("177"), Math.min(LATEST_START_MS, stryMutAct_9fa48("178") ? Math.min(options?.eta ?? 0, from + (options?.countdown ?? 0) * 1000) : (stryCov_9fa48("178"), Math.max(stryMutAct_9fa48("179") ? options?.eta && 0 : (stryCov_9fa48("179"), (stryMutAct_9fa48("180") ? options.eta : (stryCov_9fa48("180"), options?.eta)) ?? 0), stryMutAct_9fa48("181") ? from - (options?.countdown ?? 0) * 1000 : (stryCov_9fa48("181"), from + (stryMutAct_9fa48("182") ? (options?.countdown ?? 0) / 1000 : (stryCov_9fa48("182"), (stryMutAct_9fa48("183") ? options?.countdown && 0 : (stryCov_9fa48("183"), (stryMutAct_9fa48("184") ? options.countdown : (stryCov_9fa48("184"), options?.countdown)) ?? 0)) * 1000)))))));
  }
}

/**
 * When the last task of a plan that is sent at `from` may begin, in epoch ms, if every task before it took no time: what
 * is kept for the plan is kept for longer than that.
 */
export function lastStart(plan: Plan, from: number): number {
  if (stryMutAct_9fa48("185")) {
    {}
  } else {
    stryCov_9fa48("185");
    const own = ownLastStart(plan, from);
    return (stryMutAct_9fa48("186") ? plan.links && [] : (stryCov_9fa48("186"), plan.links ?? (stryMutAct_9fa48("187") ? ["Stryker was here"] : (stryCov_9fa48("187"), [])))).reduce(stryMutAct_9fa48("188") ? () => undefined : (stryCov_9fa48("188"), (latest, link) => stryMutAct_9fa48("189") ? Math.min(latest, lastStart(link.plan, own)) : (stryCov_9fa48("189"), Math.max(latest, lastStart(link.plan, own)))), own);
  }
}

// --- internal ---

function ownLastStart(plan: Plan, from: number): number {
  if (stryMutAct_9fa48("190")) {
    {}
  } else {
    stryCov_9fa48("190");
    if (stryMutAct_9fa48("192") ? false : stryMutAct_9fa48("191") ? true : (stryCov_9fa48("191", "192"), (stryMutAct_9fa48("193") ? "" : (stryCov_9fa48("193"), 'task')) in plan)) return startOf(plan.options, from);
    const items = (stryMutAct_9fa48("194") ? "" : (stryCov_9fa48("194"), 'seq')) in plan ? plan.seq : plan.par;
    if (stryMutAct_9fa48("196") ? false : stryMutAct_9fa48("195") ? true : (stryCov_9fa48("195", "196"), isStoredItems(items))) return from;
    if (stryMutAct_9fa48("198") ? false : stryMutAct_9fa48("197") ? true : (stryCov_9fa48("197", "198"), (stryMutAct_9fa48("199") ? "" : (stryCov_9fa48("199"), 'seq')) in plan)) return items.reduce(stryMutAct_9fa48("200") ? () => undefined : (stryCov_9fa48("200"), (start, step) => lastStart(step, start)), from);
    return items.reduce(stryMutAct_9fa48("201") ? () => undefined : (stryCov_9fa48("201"), (latest, member) => stryMutAct_9fa48("202") ? Math.min(latest, lastStart(member, from)) : (stryCov_9fa48("202"), Math.max(latest, lastStart(member, from)))), from);
  }
}