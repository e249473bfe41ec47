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
import { compact } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import type { PlanOptions } from './plan.ts';

/**
 * What users put on tasks, for themselves and for queues. A message carries those that its canvas was launched with; a
 * task's own are in its options, and go to its retries, replacements, callbacks and launches, not to what follows it.
 */
export interface Baggage {
  readonly headers?: Readonly<Record<string, Json>>;
  readonly tenant?: string;
}

/** A task's own labels over those that its message carries. */
export function withOwn(carried: Baggage, options: PlanOptions = {}): Baggage {
  if (stryMutAct_9fa48("0")) {
    {}
  } else {
    stryCov_9fa48("0");
    const {
      tenant = carried.tenant
    } = options;
    const isBare = stryMutAct_9fa48("3") ? carried.headers === undefined || options.headers === undefined : stryMutAct_9fa48("2") ? false : stryMutAct_9fa48("1") ? true : (stryCov_9fa48("1", "2", "3"), (stryMutAct_9fa48("5") ? carried.headers !== undefined : stryMutAct_9fa48("4") ? true : (stryCov_9fa48("4", "5"), carried.headers === undefined)) && (stryMutAct_9fa48("7") ? options.headers !== undefined : stryMutAct_9fa48("6") ? true : (stryCov_9fa48("6", "7"), options.headers === undefined)));
    return compact(stryMutAct_9fa48("8") ? {} : (stryCov_9fa48("8"), {
      headers: isBare ? undefined : stryMutAct_9fa48("9") ? {} : (stryCov_9fa48("9"), {
        ...carried.headers,
        ...options.headers
      }),
      tenant
    }));
  }
}