import { setTimeout as delay } from 'node:timers/promises';
import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { SchemaRegistryUnavailableError, SchemaRejectedError } from './schema.errors';

export interface RegistryAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const TRIES = 4;
const PAUSE = { firstMs: 100, longestMs: 1_000 };
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** Calls of the Confluent Schema Registry's REST API, each bounded in time. */
export class RegistryClient {
  private readonly base: string;
  private readonly authorization: string | undefined;

  /** A user and password in the URL become basic authentication and appear in no message. */
  constructor(
    url: string,
    private readonly timeoutMs: number,
  ) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    if (username) {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    }
    parsed.username = '';
    parsed.password = '';
    this.base = parsed.href.replace(/\/$/, '');
  }

  get address(): string {
    return this.base;
  }

  /**
   * Answers with status 200 and 404; everything else rejects with the fitting coded error. A registry that says that it
   * cannot at present is asked again a few times: every call may be repeated, and clients that register the same schema
   * at once get in each other's way there.
   */
  async call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<RegistryAnswer> {
    for (let failures = 1; ; failures++) {
      const response = await this.fetch(method, path, body);
      const text = await this.text(response);
      const answer = parse(text);
      if (response.status < 500 && response.status !== 429) {
        return this.answerOf(`${method} ${path}`, response, text, answer);
      }
      if (failures === TRIES) {
        throw this.unavailable(`it answered ${response.status} ${TRIES} times: ${messageOf(answer, text)}`);
      }
      await delay(fullJitter(PAUSE, failures, Math.random()));
    }
  }

  private answerOf(
    request: string,
    response: Response,
    text: string,
    answer: Record<string, unknown> | undefined,
  ): RegistryAnswer {
    if (response.ok && answer) return { status: response.status, body: answer };
    if (response.status === 404 && request.startsWith('GET ')) return { status: 404, body: answer ?? {} };
    if (response.ok)
      throw this.unavailable('its answer is not JSON; is there something else at this address?');
    throw new SchemaRejectedError(
      `The schema registry at ${this.base} refused ${request} (${response.status}): ${messageOf(answer, text)}`,
      response.status,
    );
  }

  private async fetch(method: string, path: string, body: unknown): Promise<Response> {
    const headers: Record<string, string> = { accept: `${CONTENT_TYPE}, application/json` };
    if (this.authorization) headers['authorization'] = this.authorization;
    if (body !== undefined) headers['content-type'] = CONTENT_TYPE;
    try {
      return await fetch(`${this.base}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(this.timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw this.unavailable(`it does not answer within ${this.timeoutMs} ms`, cause);
    }
  }

  private async text(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (cause) {
      throw this.unavailable('its answer broke off', cause);
    }
  }

  private unavailable(why: string, cause?: unknown): SchemaRegistryUnavailableError {
    return new SchemaRegistryUnavailableError(`The schema registry at ${this.base} cannot be used: ${why}.`, {
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Proxies and load balancers answer in HTML; the caller decides by the status.
    return undefined;
  }
}

function messageOf(answer: Record<string, unknown> | undefined, text: string): string {
  const message = answer?.['message'];
  return (typeof message === 'string' ? message : text).slice(0, 500);
}
