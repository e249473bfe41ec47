/**
 * Gathers the requests of one turn of the event loop, and passes them on together when the turn ends. A lone request waits
 * for no timer.
 */
export function perTurn<Asked>(handOn: (asked: readonly Asked[]) => void): (asked: Asked) => void {
  let waiting: Asked[] = [];
  return (asked) => {
    waiting.push(asked);
    if (waiting.length > 1) return;
    // Timers and answers of one turn come before it, each with the promises that it settles; a microtask would be too early for them.
    setImmediate(() => {
      const all = waiting;
      waiting = [];
      handOn(all);
    });
  };
}
