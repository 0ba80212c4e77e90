import { userInfo } from 'node:os';
import { z } from 'zod';
import type { Environment } from '@/infrastructure/config/env';
import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';

/** Nothing answers at the address of the platform. */
class NothingAnswersError extends CodedError {
  readonly code = 'NOTHING_ANSWERS';
  readonly retryable = true;

  constructor(address: string, cause: unknown) {
    super(`Nothing answers at ${address}: start the platform (npm start), or name its address in OPS_URL.`, {
      cause,
    });
  }
}

/** What the platform refused with, its code as it was. */
export class RefusedByPlatform extends CodedError {
  readonly retryable = false;

  constructor(
    readonly code: string,
    override readonly status: number,
    message: string,
    faults: readonly Fault[],
  ) {
    super(message, { faults });
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const DEFAULT_ADDRESS = 'http://127.0.0.1:3000';
// The platform answers within ten.
const ANSWER_WITHIN_MS = 30_000;

const problem = z.object({
  code: z.string(),
  detail: z.string().default(''),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** Speaks with `/ops/api` of a running platform, as the operator who is logged in on this machine. */
export class OpsClient {
  constructor(
    private readonly address: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** `OPS_URL` (default http://127.0.0.1:3000) and `OPERATOR_TOKEN`. */
  static of(environment: Environment): OpsClient {
    const token = environment['OPERATOR_TOKEN']?.trim();
    return new OpsClient(environment['OPS_URL']?.trim() || DEFAULT_ADDRESS, {
      'x-operator': operatorName(),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    });
  }

  get<Answer>(path: string, shape: z.ZodType<Answer>, query: Query = {}): Promise<Answer> {
    return this.call('GET', path, shape, query);
  }

  post<Answer>(path: string, shape: z.ZodType<Answer>, body: unknown = {}): Promise<Answer> {
    return this.call('POST', path, shape, {}, body);
  }

  delete<Answer>(path: string, shape: z.ZodType<Answer>): Promise<Answer> {
    return this.call('DELETE', path, shape, {});
  }

  /** Rejects with `NothingAnswersError`, or with the platform's refusal as `RefusedByPlatform`. */
  private async call<Answer>(
    method: string,
    path: string,
    shape: z.ZodType<Answer>,
    query: Query,
    body?: unknown,
  ): Promise<Answer> {
    const url = new URL(path, this.address);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const answer = await fetch(url, {
      method,
      headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch((cause: unknown) => {
      throw new NothingAnswersError(this.address, cause);
    });
    const said = await bodyOf(answer);
    if (answer.ok) return shape.parse(said);
    const read = problem.safeParse(said);
    if (read.success)
      throw new RefusedByPlatform(read.data.code, answer.status, read.data.detail, read.data.faults);
    throw new RefusedByPlatform(
      'NOT_THE_PLATFORM',
      answer.status,
      `${url.origin} is no platform of ours.`,
      [],
    );
  }
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    throw new RefusedByPlatform('NOT_THE_PLATFORM', answer.status, `${answer.url} answers with no JSON.`, []);
  }
}

/** As far as it can stand in a header. */
function operatorName(): string {
  try {
    return (
      userInfo()
        .username.replaceAll(/[^\x20-\x7e]/g, '?')
        .slice(0, 100) || 'operator'
    );
  } catch {
    // A container may run under a user that has no name.
    return 'operator';
  }
}
