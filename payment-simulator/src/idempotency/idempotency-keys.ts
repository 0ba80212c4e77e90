import { invalidRequest, StripeFailure } from '../errors/stripe-failure.ts';
import type { JournalPosition } from '../store/journal-replay.ts';

export interface KeyOptions {
  readonly lifetimeMs: number;
  readonly limit: number;
}

interface SavedKey {
  readonly fingerprint: string;
  readonly requestId: string;
  readonly savedAt: number;
  readonly position: JournalPosition;
}

const LONGEST_KEY = 255;

/**
 * Which keys are taken, by what, and where their answers stand in the journal. The answers themselves stay on
 * the disk. A key is free again when its life is over; the oldest stand first in the map.
 */
export class IdempotencyKeys {
  readonly #options: KeyOptions;
  readonly #saved = new Map<string, SavedKey>();
  readonly #inUse = new Set<string>();

  constructor(options: KeyOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#saved.size;
  }

  /** Takes a free key, to be given back by `release`. A key with an answer stays free and tells where it is. */
  claim(key: string, fingerprint: string, now: number): SavedKey | undefined {
    if (key.length > LONGEST_KEY) {
      throw invalidRequest(`Idempotency keys are at most ${LONGEST_KEY} characters long.`);
    }
    this.#forgetExpired(now);
    if (this.#inUse.has(key)) throw keyInUse(key);
    const saved = this.#saved.get(key);
    if (saved !== undefined) {
      if (saved.fingerprint !== fingerprint) throw otherParameters(key);
      return saved;
    }
    if (this.#saved.size + this.#inUse.size >= this.#options.limit) throw full();
    this.#inUse.add(key);
    return undefined;
  }

  release(key: string): void {
    this.#inUse.delete(key);
  }

  save(key: string, saved: SavedKey): void {
    this.#saved.delete(key);
    this.#saved.set(key, saved);
  }

  #forgetExpired(now: number): void {
    for (const [key, { savedAt }] of this.#saved) {
      if (now - savedAt < this.#options.lifetimeMs) return;
      this.#saved.delete(key);
    }
  }
}

function keyInUse(key: string): StripeFailure {
  return new StripeFailure(
    409,
    'invalid_request_error',
    `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`,
    { code: 'idempotency_key_in_use' },
  );
}

function otherParameters(key: string): StripeFailure {
  return new StripeFailure(
    400,
    'idempotency_error',
    'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
      `Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}

function full(): StripeFailure {
  return new StripeFailure(429, 'invalid_request_error', 'Too many idempotency keys are remembered.', {
    code: 'rate_limit',
  });
}
