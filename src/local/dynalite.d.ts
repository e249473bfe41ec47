/** dynalite has no types; these are the parts that are used. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options: { readonly createTableMs?: number; readonly path?: string }): Server;
  export = dynalite;
}
