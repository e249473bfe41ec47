/**
 * Ids are paths, made from the top down and never random below the workflow's id `W`.
 *
 * | segment | is |
 * | --- | --- |
 * | `.i` | step i of a chain |
 * | `~i` | member i of a group |
 * | `!n` | what was decided to replace the id at attempt n − 1 (only in a base: see {@link idOfBase}) |
 * | `^n` | what its n-th link or error callback starts |
 *
 * A tail position (a chain's last step, a chord's body, what replaces a task) keeps the id of the whole. What lies
 * below a position begins with its *base*: the id itself, or `id!n` inside a replacement.
 */function stryNS_9fa48() {
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
const WORKFLOW_ID = stryMutAct_9fa48("13") ? /^[^A-Za-z0-9_:-]{1,100}$/ : stryMutAct_9fa48("12") ? /^[A-Za-z0-9_:-]$/ : stryMutAct_9fa48("11") ? /^[A-Za-z0-9_:-]{1,100}/ : stryMutAct_9fa48("10") ? /[A-Za-z0-9_:-]{1,100}$/ : (stryCov_9fa48("10", "11", "12", "13"), /^[A-Za-z0-9_:-]{1,100}$/);
const ID = stryMutAct_9fa48("21") ? /^[A-Za-z0-9_:-]{1,100}(?:[.~!^]\D{1,9})*$/ : stryMutAct_9fa48("20") ? /^[A-Za-z0-9_:-]{1,100}(?:[.~!^]\d)*$/ : stryMutAct_9fa48("19") ? /^[A-Za-z0-9_:-]{1,100}(?:[^.~!^]\d{1,9})*$/ : stryMutAct_9fa48("18") ? /^[A-Za-z0-9_:-]{1,100}(?:[.~!^]\d{1,9})$/ : stryMutAct_9fa48("17") ? /^[^A-Za-z0-9_:-]{1,100}(?:[.~!^]\d{1,9})*$/ : stryMutAct_9fa48("16") ? /^[A-Za-z0-9_:-](?:[.~!^]\d{1,9})*$/ : stryMutAct_9fa48("15") ? /^[A-Za-z0-9_:-]{1,100}(?:[.~!^]\d{1,9})*/ : stryMutAct_9fa48("14") ? /[A-Za-z0-9_:-]{1,100}(?:[.~!^]\d{1,9})*$/ : (stryCov_9fa48("14", "15", "16", "17", "18", "19", "20", "21"), /^[A-Za-z0-9_:-]{1,100}(?:[.~!^]\d{1,9})*$/);
/** What a key of the table holds, with room for what is kept beside the id (DynamoDB: 1,024 bytes). */
const MAX_ID = 1000;
const SEGMENT = stryMutAct_9fa48("24") ? /[.~!^]\D+/g : stryMutAct_9fa48("23") ? /[.~!^]\d/g : stryMutAct_9fa48("22") ? /[^.~!^]\d+/g : (stryCov_9fa48("22", "23", "24"), /[.~!^]\d+/g);

/** Whether `text` may be the id of a workflow: 1 to 100 of `A–Z a–z 0–9 _ : -`. */
export function isWorkflowId(text: string): boolean {
  if (stryMutAct_9fa48("25")) {
    {}
  } else {
    stryCov_9fa48("25");
    return WORKFLOW_ID.test(text);
  }
}

/** Whether `text` is a well-formed id of a workflow or of something inside one. */
export function isId(text: string): boolean {
  if (stryMutAct_9fa48("26")) {
    {}
  } else {
    stryCov_9fa48("26");
    return stryMutAct_9fa48("29") ? text.length <= MAX_ID || ID.test(text) : stryMutAct_9fa48("28") ? false : stryMutAct_9fa48("27") ? true : (stryCov_9fa48("27", "28", "29"), (stryMutAct_9fa48("32") ? text.length > MAX_ID : stryMutAct_9fa48("31") ? text.length < MAX_ID : stryMutAct_9fa48("30") ? true : (stryCov_9fa48("30", "31", "32"), text.length <= MAX_ID)) && ID.test(text));
  }
}

/** The id of step `index` of the chain at `base`. */
export function stepId(base: string, index: number): string {
  if (stryMutAct_9fa48("33")) {
    {}
  } else {
    stryCov_9fa48("33");
    return stryMutAct_9fa48("34") ? `` : (stryCov_9fa48("34"), `${base}.${index}`);
  }
}

/** The id of member `index` of the group at `base`. */
export function memberId(base: string, index: number): string {
  if (stryMutAct_9fa48("35")) {
    {}
  } else {
    stryCov_9fa48("35");
    return stryMutAct_9fa48("36") ? `` : (stryCov_9fa48("36"), `${base}~${index}`);
  }
}

/** The base of what replaces `id` and runs as attempt `attempt`. */
export function replacementBase(id: string, attempt: number): string {
  if (stryMutAct_9fa48("37")) {
    {}
  } else {
    stryCov_9fa48("37");
    return stryMutAct_9fa48("38") ? `` : (stryCov_9fa48("38"), `${id}!${attempt}`);
  }
}

/** The id of what the callback at `index` of `id` starts. */
export function callbackId(id: string, index: number): string {
  if (stryMutAct_9fa48("39")) {
    {}
  } else {
    stryCov_9fa48("39");
    // @defect callback-ids-are-derived
    return stryMutAct_9fa48("40") ? `` : (stryCov_9fa48("40"), `${id}^${index}`);
  }
}

/** The id that stands at `base`: the base without a replacement's mark. */
export function idOfBase(base: string): string {
  if (stryMutAct_9fa48("41")) {
    {}
  } else {
    stryCov_9fa48("41");
    return base.replace(stryMutAct_9fa48("44") ? /!\D+$/ : stryMutAct_9fa48("43") ? /!\d$/ : stryMutAct_9fa48("42") ? /!\d+/ : (stryCov_9fa48("42", "43", "44"), /!\d+$/), stryMutAct_9fa48("45") ? "Stryker was here!" : (stryCov_9fa48("45"), ''));
  }
}

/** The workflow an id belongs to. */
export function workflowOf(id: string): string {
  if (stryMutAct_9fa48("46")) {
    {}
  } else {
    stryCov_9fa48("46");
    const end = id.search(stryMutAct_9fa48("47") ? /[^.~!^]/ : (stryCov_9fa48("47"), /[.~!^]/));
    return (stryMutAct_9fa48("51") ? end >= 0 : stryMutAct_9fa48("50") ? end <= 0 : stryMutAct_9fa48("49") ? false : stryMutAct_9fa48("48") ? true : (stryCov_9fa48("48", "49", "50", "51"), end < 0)) ? id : stryMutAct_9fa48("52") ? id : (stryCov_9fa48("52"), id.slice(0, end));
  }
}

/** The ids that enclose `id`, innermost first, without `id` itself. */
export function enclosingIds(id: string): readonly string[] {
  if (stryMutAct_9fa48("53")) {
    {}
  } else {
    stryCov_9fa48("53");
    const enclosing: string[] = stryMutAct_9fa48("54") ? ["Stryker was here"] : (stryCov_9fa48("54"), []);
    for (let end = lastSegmentAt(id); stryMutAct_9fa48("57") ? end <= 0 : stryMutAct_9fa48("56") ? end >= 0 : stryMutAct_9fa48("55") ? false : (stryCov_9fa48("55", "56", "57"), end > 0); end = lastSegmentAt(stryMutAct_9fa48("58") ? id : (stryCov_9fa48("58"), id.slice(0, end)))) {
      if (stryMutAct_9fa48("59")) {
        {}
      } else {
        stryCov_9fa48("59");
        const outer = stryMutAct_9fa48("60") ? id : (stryCov_9fa48("60"), id.slice(0, end));
        if (stryMutAct_9fa48("63") ? false : stryMutAct_9fa48("62") ? true : stryMutAct_9fa48("61") ? /!\d+$/.test(outer) : (stryCov_9fa48("61", "62", "63"), !(stryMutAct_9fa48("66") ? /!\D+$/ : stryMutAct_9fa48("65") ? /!\d$/ : stryMutAct_9fa48("64") ? /!\d+/ : (stryCov_9fa48("64", "65", "66"), /!\d+$/)).test(outer))) if (stryMutAct_9fa48("67")) {
          ;
        } else {
          stryCov_9fa48("67");
          enclosing.push(outer);
        }
      }
    }
    return stryMutAct_9fa48("68") ? enclosing : (stryCov_9fa48("68"), enclosing.filter(stryMutAct_9fa48("69") ? () => undefined : (stryCov_9fa48("69"), (outer, index) => stryMutAct_9fa48("72") ? enclosing.indexOf(outer) === index || outer !== id : stryMutAct_9fa48("71") ? false : stryMutAct_9fa48("70") ? true : (stryCov_9fa48("70", "71", "72"), (stryMutAct_9fa48("74") ? enclosing.indexOf(outer) !== index : stryMutAct_9fa48("73") ? true : (stryCov_9fa48("73", "74"), enclosing.indexOf(outer) === index)) && (stryMutAct_9fa48("76") ? outer === id : stryMutAct_9fa48("75") ? true : (stryCov_9fa48("75", "76"), outer !== id))))));
  }
}

/** Whether a revocation of `scope` also covers `id`: `W.1` covers `W.1~0`, not `W.10`. */
export function covers(scope: string, id: string): boolean {
  if (stryMutAct_9fa48("77")) {
    {}
  } else {
    stryCov_9fa48("77");
    if (stryMutAct_9fa48("80") ? false : stryMutAct_9fa48("79") ? true : stryMutAct_9fa48("78") ? id.startsWith(scope) : (stryCov_9fa48("78", "79", "80"), !(stryMutAct_9fa48("81") ? id.endsWith(scope) : (stryCov_9fa48("81"), id.startsWith(scope))))) return stryMutAct_9fa48("82") ? true : (stryCov_9fa48("82"), false);
    return stryMutAct_9fa48("85") ? id.length === scope.length && '.~!^'.includes(id.charAt(scope.length)) : stryMutAct_9fa48("84") ? false : stryMutAct_9fa48("83") ? true : (stryCov_9fa48("83", "84", "85"), (stryMutAct_9fa48("87") ? id.length !== scope.length : stryMutAct_9fa48("86") ? false : (stryCov_9fa48("86", "87"), id.length === scope.length)) || (stryMutAct_9fa48("88") ? "" : (stryCov_9fa48("88"), '.~!^')).includes(stryMutAct_9fa48("89") ? id : (stryCov_9fa48("89"), id.charAt(scope.length))));
  }
}

/**
 * Whether `id` lies downstream of a failure at `failedId`, so that it will never have an outcome of its own.
 *
 * At the first segment in which they differ, both are steps and `id`'s is the later one; or the failure's is a step and
 * the id's a group's member (the chain's last step is that group); or `id` encloses the failure.
 *
 * @example
 * ```ts
 * isDownstream('W.1', 'W.2'); // true
 * isDownstream('W.1~0', 'W.1~1'); // false: a sibling runs on
 * ```
 */
export function isDownstream(failedId: string, id: string): boolean {
  if (stryMutAct_9fa48("90")) {
    {}
  } else {
    stryCov_9fa48("90");
    const failed = segments(failedId);
    const asked = segments(id);
    let at = 0;
    while (stryMutAct_9fa48("92") ? at < failed.length && at < asked.length || failed[at] === asked[at] : stryMutAct_9fa48("91") ? false : (stryCov_9fa48("91", "92"), (stryMutAct_9fa48("94") ? at < failed.length || at < asked.length : stryMutAct_9fa48("93") ? true : (stryCov_9fa48("93", "94"), (stryMutAct_9fa48("97") ? at >= failed.length : stryMutAct_9fa48("96") ? at <= failed.length : stryMutAct_9fa48("95") ? true : (stryCov_9fa48("95", "96", "97"), at < failed.length)) && (stryMutAct_9fa48("100") ? at >= asked.length : stryMutAct_9fa48("99") ? at <= asked.length : stryMutAct_9fa48("98") ? true : (stryCov_9fa48("98", "99", "100"), at < asked.length)))) && (stryMutAct_9fa48("102") ? failed[at] !== asked[at] : stryMutAct_9fa48("101") ? true : (stryCov_9fa48("101", "102"), failed[at] === asked[at])))) stryMutAct_9fa48("103") ? at -= 1 : (stryCov_9fa48("103"), at += 1);
    const mine = asked[at];
    const theirs = failed[at];
    if (stryMutAct_9fa48("106") ? mine !== undefined : stryMutAct_9fa48("105") ? false : stryMutAct_9fa48("104") ? true : (stryCov_9fa48("104", "105", "106"), mine === undefined)) return stryMutAct_9fa48("107") ? false : (stryCov_9fa48("107"), true);
    if (stryMutAct_9fa48("110") ? theirs === undefined && !theirs.startsWith('.') : stryMutAct_9fa48("109") ? false : stryMutAct_9fa48("108") ? true : (stryCov_9fa48("108", "109", "110"), (stryMutAct_9fa48("112") ? theirs !== undefined : stryMutAct_9fa48("111") ? false : (stryCov_9fa48("111", "112"), theirs === undefined)) || (stryMutAct_9fa48("113") ? theirs.startsWith('.') : (stryCov_9fa48("113"), !(stryMutAct_9fa48("114") ? theirs.endsWith('.') : (stryCov_9fa48("114"), theirs.startsWith(stryMutAct_9fa48("115") ? "" : (stryCov_9fa48("115"), '.')))))))) return stryMutAct_9fa48("116") ? true : (stryCov_9fa48("116"), false);
    if (stryMutAct_9fa48("119") ? mine.endsWith('.') : stryMutAct_9fa48("118") ? false : stryMutAct_9fa48("117") ? true : (stryCov_9fa48("117", "118", "119"), mine.startsWith(stryMutAct_9fa48("120") ? "" : (stryCov_9fa48("120"), '.')))) return stryMutAct_9fa48("124") ? Number(mine.slice(1)) <= Number(theirs.slice(1)) : stryMutAct_9fa48("123") ? Number(mine.slice(1)) >= Number(theirs.slice(1)) : stryMutAct_9fa48("122") ? false : stryMutAct_9fa48("121") ? true : (stryCov_9fa48("121", "122", "123", "124"), Number(stryMutAct_9fa48("125") ? mine : (stryCov_9fa48("125"), mine.slice(1))) > Number(stryMutAct_9fa48("126") ? theirs : (stryCov_9fa48("126"), theirs.slice(1))));
    // @defect steps-behind-a-failure
    return stryMutAct_9fa48("127") ? mine.endsWith('~') : (stryCov_9fa48("127"), mine.startsWith(stryMutAct_9fa48("128") ? "" : (stryCov_9fa48("128"), '~')));
  }
}

// --- internal ---

function segments(id: string): readonly string[] {
  if (stryMutAct_9fa48("129")) {
    {}
  } else {
    stryCov_9fa48("129");
    return stryMutAct_9fa48("130") ? [] : (stryCov_9fa48("130"), [workflowOf(id), ...(stryMutAct_9fa48("131") ? id.match(SEGMENT) && [] : (stryCov_9fa48("131"), id.match(SEGMENT) ?? (stryMutAct_9fa48("132") ? ["Stryker was here"] : (stryCov_9fa48("132"), []))))]);
  }
}
function lastSegmentAt(id: string): number {
  if (stryMutAct_9fa48("133")) {
    {}
  } else {
    stryCov_9fa48("133");
    return stryMutAct_9fa48("134") ? Math.min(id.lastIndexOf('.'), id.lastIndexOf('~'), id.lastIndexOf('!'), id.lastIndexOf('^')) : (stryCov_9fa48("134"), Math.max(id.lastIndexOf(stryMutAct_9fa48("135") ? "" : (stryCov_9fa48("135"), '.')), id.lastIndexOf(stryMutAct_9fa48("136") ? "" : (stryCov_9fa48("136"), '~')), id.lastIndexOf(stryMutAct_9fa48("137") ? "" : (stryCov_9fa48("137"), '!')), id.lastIndexOf(stryMutAct_9fa48("138") ? "" : (stryCov_9fa48("138"), '^'))));
  }
}