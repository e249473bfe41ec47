/** Reads from the server of the page. */
export async function read<T>(
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<T> {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== '') parameters.set(key, String(value));
  const search = parameters.toString();
  return answer<T>(await fetch(`/api/${path}${search === '' ? '' : `?${search}`}`));
}

/** Asks the server to do something. */
export async function act<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-chordal': '1' };
  return answer<T>(await fetch(`/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Calls `onChange` when the cloud has changed, and says whether the connection stands. */
export function watch(onChange: () => void, onState: (isUp: boolean) => void): () => void {
  const source = new EventSource('/api/events');
  source.addEventListener('open', () => {
    onState(true);
    onChange();
  });
  source.addEventListener('error', () => onState(false));
  source.addEventListener('change', onChange);
  return () => source.close();
}

// --- internal ---

async function answer<T>(response: Response): Promise<T> {
  const json = (await response.json()) as T & { readonly error?: unknown };
  if (response.ok) return json;
  throw new Error(typeof json.error === 'string' ? json.error : `The server answered ${response.status}`);
}
