export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export type PostOutcome =
  | { readonly kind: 'accepted'; readonly rejected: readonly Rejection[] }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'retry'; readonly detail: string; readonly afterMs?: number };

const LONGEST_RETRY_AFTER_MS = 300_000;
const PERMANENT_SERVER_ERRORS = new Set([501, 505, 511]);
const TRANSIENT_CLIENT_ERRORS = new Set([408, 425, 429]);

export interface PostOptions {
  readonly endpoint: string;
  readonly body: string;
  readonly timeoutMs: number;
  /** The request outlives its page; only for small bodies. */
  readonly keepalive: boolean;
}

export async function postBatch({ endpoint, body, timeoutMs, keepalive }: PostOptions): Promise<PostOutcome> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      body,
      keepalive,
      signal: abort.signal,
      // A "simple" content type: no preflight where the endpoint has another origin.
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
    });
    if (response.ok) return { kind: 'accepted', rejected: await rejections(response) };
    return failure(response);
  } catch (error) {
    return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function failure({ status, headers }: Response): PostOutcome {
  const detail = `HTTP ${status}`;
  if (status === 413) return { kind: 'too-large' };
  const transient =
    status >= 500 ? !PERMANENT_SERVER_ERRORS.has(status) : TRANSIENT_CLIENT_ERRORS.has(status);
  if (!transient) return { kind: 'refused', detail };
  const afterMs = retryAfterMs(headers.get('retry-after'));
  return afterMs === undefined ? { kind: 'retry', detail } : { kind: 'retry', detail, afterMs };
}

/** Seconds or a date, as HTTP has it; at most five minutes. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const delay = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1_000;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 0), LONGEST_RETRY_AFTER_MS);
}

async function rejections(response: Response): Promise<readonly Rejection[]> {
  try {
    const body = (await response.json()) as { rejected?: Rejection[] } | null;
    return Array.isArray(body?.rejected) ? body.rejected : [];
  } catch {
    // The status has already said that the batch was taken.
    return [];
  }
}
