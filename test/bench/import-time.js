// Prints how long one import takes: milliseconds of the clock, and of the processor, which others' work on the machine does not change much.
// JavaScript, so that nothing has been compiled in this process before.
const [, , url = ''] = process.argv;
const startedAt = performance.now();
const before = process.cpuUsage();
await import(url);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ clock: performance.now() - startedAt, processor: (user + system) / 1000 }));
process.exit();
