export interface ProblemFault {
  readonly path: string;
  readonly message: string;
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly faults?: readonly ProblemFault[];
}

/** An answer of the server that is not a success, as `application/problem+json` describes it. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly ProblemFault[];
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: ProblemBody, retryAfterMs?: number) {
    super(body.detail ?? body.title ?? `The server answered ${status}`);
    this.name = 'ProblemError';
    this.status = status;
    this.code = body.code ?? `HTTP_${status}`;
    this.faults = Array.isArray(body.faults) ? body.faults : [];
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server did not answer at all. */
export class UnreachableError extends Error {
  readonly code = 'UNREACHABLE';

  constructor(cause: unknown) {
    super('The shop does not answer. Check your connection and try again.', { cause });
    this.name = 'UnreachableError';
  }
}

export async function problemOf(response: Response): Promise<ProblemError> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  const json = /json/i.test(response.headers.get('content-type') ?? '');
  const body = json ? await response.json().catch(() => ({})) : {};
  return new ProblemError(response.status, body as ProblemBody, retryAfterMs);
}

/** The fault the server found at a field, named by the last part of its path or by the whole path. */
export function faultAt(error: unknown, field: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  return error.faults.find(({ path }) => path === field || path.endsWith(`.${field}`))?.message;
}
