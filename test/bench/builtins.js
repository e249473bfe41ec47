// The modules of Node that the SDK's clients of SQS and DynamoDB load. By their names, as esbuild leaves out an import of nothing.
export { createHash } from 'node:crypto';
export { readFile } from 'node:fs/promises';
export { request as plain } from 'node:http';
export { request } from 'node:https';
export { homedir } from 'node:os';
export { join } from 'node:path';
export { env } from 'node:process';
export { Readable } from 'node:stream';
export { gunzip } from 'node:zlib';
