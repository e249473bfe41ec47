// Prints how long one import takes, in milliseconds. JavaScript, so that nothing has been compiled in this process before.
const [, , url = ''] = process.argv;
const startedAt = performance.now();
await import(url);
console.log(performance.now() - startedAt);
