/** dynalite has no types; this is what is used of it. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options: { readonly createTableMs?: number; readonly path?: string }): Server;
  export = dynalite;
}
