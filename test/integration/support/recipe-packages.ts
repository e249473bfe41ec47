/**
 * Packages that the recipes import, which the repository does not install: their types as far as the recipes use them, and something that
 * does as much. Those with a count or a list keep it on `globalThis`.
 */
export const OTHER_PACKAGES: Readonly<Record<string, string>> = {
  ...fake(
    'pg',
    `interface Result { readonly rows: readonly object[] }
     declare const pg: { readonly Pool: new (options: { readonly max: number }) => { query(text: string, values: readonly unknown[]): Promise<Result> } };
     export default pg;`,
    `class Pool {
       constructor() { globalThis['orders pools'] = (globalThis['orders pools'] ?? 0) + 1; }
       async query(_text, [id]) { return { rows: [{ id }] }; }
     }
     export default { Pool };`,
  ),
  ...fake(
    '@prisma/client',
    `export class PrismaClient {
       readonly customer: { findUnique(query: { readonly where: { readonly id: number } }): Promise<{ readonly id: number; readonly name: string } | null> };
     }`,
    `export class PrismaClient {
       constructor() { globalThis['customers pools'] = (globalThis['customers pools'] ?? 0) + 1; }
       customer = { findUnique: async ({ where: { id } }) => ({ id, name: 'Ann' }) };
     }`,
  ),
  ...fake(
    '@aws-sdk/client-secrets-manager',
    `export class GetSecretValueCommand { constructor(input: { SecretId: string | undefined }); }
     export class SecretsManagerClient { send(command: GetSecretValueCommand): Promise<{ SecretString?: string }>; }`,
    `export class GetSecretValueCommand {}
     export class SecretsManagerClient {
       async send() {
         globalThis['secret reads'] = (globalThis['secret reads'] ?? 0) + 1;
         if (globalThis['secret reads'] === 1) throw new Error('throttled');
         return { SecretString: 'sk_test' };
       }
     }`,
  ),
  ...fake(
    '@sentry/node',
    `export function init(options: { readonly dsn: string | undefined }): void;
     export function captureException(error: unknown, hint: { readonly tags: Readonly<Record<string, string>>; readonly extra: object }): string;
     export function flush(timeout: number): Promise<boolean>;`,
    `const seen = (globalThis.sentry = []);
     export function init() {}
     export function captureException(error, { tags }) { seen.push({ message: error.message, tags }); }
     export async function flush() { seen.push('flushed'); }`,
  ),
  ...fake(
    '@opentelemetry/sdk-trace-node',
    `import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
     export { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
     type Options = ConstructorParameters<typeof BasicTracerProvider>[0];
     export class NodeTracerProvider { constructor(options: Options); register(): void; forceFlush(): Promise<void>; }`,
    `export {};`,
  ),
  ...fake(
    '@opentelemetry/exporter-trace-otlp-http',
    `export { ConsoleSpanExporter as OTLPTraceExporter } from '@opentelemetry/sdk-trace-base';`,
    `export {};`,
  ),
};

// --- internal ---

function fake(name: string, types: string, code: string): Readonly<Record<string, string>> {
  const dir = `node_modules/${name}`;
  return {
    [`${dir}/package.json`]: JSON.stringify({
      name,
      version: '1.0.0',
      type: 'module',
      types: 'index.d.ts',
      main: 'index.js',
    }),
    [`${dir}/index.d.ts`]: types,
    [`${dir}/index.js`]: code,
  };
}
