// JavaScript, because an older Node, whose user this is for, cannot read TypeScript.
const major = Number.parseInt(process.versions.node, 10);

if (major < 24) {
  console.error(`Cannot run this on Node ${process.versions.node}: it needs Node 24 or later.`);
  console.error(
    '`npm ci` installs Node 24 beside the other packages for every `npm run`, unless it is told --ignore-scripts.',
  );
  process.exit(1);
}
