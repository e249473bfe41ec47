/** As much of CloudFormation's API as tells what a stack has: an emulator asks for no signature. */
export class CloudFormation {
  readonly #url: string;

  constructor(env: Readonly<Record<string, string>>) {
    this.#url = env['AWS_ENDPOINT_URL'] ?? '';
  }

  /** A stack's outputs, by their names. */
  async outputs(stack: string): Promise<Readonly<Record<string, string>>> {
    const xml = await this.#ask({ Action: 'DescribeStacks', StackName: stack });
    const pairs = [...xml.matchAll(/<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>/g)];
    return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, unescaped(value)]));
  }

  async #ask(parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams({ ...parameters, Version: '2010-05-15' });
    const authorization =
      'AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0';
    const answer = await fetch(this.#url, { method: 'POST', body, headers: { authorization } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`CloudFormation answers ${answer.status}: ${text}`);
    return text;
  }
}

// --- internal ---

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replaceAll(/&(\w+|#\d+);/g, (all, name: string) =>
    name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : (entities[name] ?? all),
  );
}
