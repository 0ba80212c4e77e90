import { problemOf, UnreachableError } from './problem';
import { sessionStore } from './session';

const TIMEOUT_MS = 15_000;

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export function authorization(): Record<string, string> {
  const session = sessionStore.get();
  return session ? { authorization: `Bearer ${session.accessToken}` } : {};
}

/** One call of the shop's interface: JSON in and out, every failure a coded error. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const sent = authorization();
  let response: Response;
  try {
    response = await fetch(path + queryString(options.query), {
      method: options.method ?? 'GET',
      signal,
      headers: {
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...sent,
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new UnreachableError(error);
  }
  if (response.ok) return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  // A token that has run out: without it the visitor is a guest again, and pages that need more ask for a log-in.
  const tokenRefused =
    response.status === 401 && sent.authorization !== undefined && !path.startsWith('/api/auth/');
  if (tokenRefused) sessionStore.clear();
  throw await problemOf(response);
}

function queryString(query: RequestOptions['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search}`;
}
