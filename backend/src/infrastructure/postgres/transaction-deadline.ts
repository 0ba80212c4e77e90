import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { HandlerTimeoutError } from '@/infrastructure/concurrency/time-out.errors';
import { type Backend, backendOf, type BackendTerminator } from './backend-terminator';
import { DatabaseUnavailableError } from './database.errors';

/** One query a connection, not one a transaction. */
const backends = new WeakMap<pg.PoolClient, Backend>();

/**
 * Ends a transaction's session from outside when its time is over. Whatever the work does then, and whether the
 * server is in the middle of a statement, nothing of it is committed.
 */
export class TransactionDeadline {
  private readonly late = Promise.withResolvers<never>();
  private readonly timer: NodeJS.Timeout;
  private fired = false;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly terminator: BackendTerminator,
    private readonly timeoutMs: number,
    private readonly onOver: () => void,
  ) {
    // Where the commit is under way already, its own answer counts and nobody waits for this.
    this.late.promise.catch(() => undefined);
    this.timer = setTimeout(() => void this.expire(), timeoutMs);
  }

  get over(): boolean {
    return this.fired;
  }

  /** Learns whom to end, so that it can be done while the connection is busy. */
  async prepare(): Promise<void> {
    if (!backends.has(this.client)) backends.set(this.client, await backendOf(this.client));
  }

  /** What the work came to; after the time `HandlerTimeoutError`, as soon as the session is known to be gone. */
  async limit<T>(work: Promise<T>): Promise<T> {
    try {
      const value = await Promise.race([work, this.late.promise]);
      if (!this.fired) return value;
    } catch (error) {
      if (!this.fired) throw error;
    }
    return this.late.promise;
  }

  clear(): void {
    clearTimeout(this.timer);
  }

  private async expire(): Promise<void> {
    this.fired = true;
    this.onOver();
    const timedOut = new HandlerTimeoutError(this.timeoutMs);
    try {
      const backend = backends.get(this.client);
      if (!backend) throw new Error('The session did not say who it is.');
      await this.terminator.terminate(backend);
      this.late.reject(timedOut);
    } catch (error) {
      const cause = new AggregateError([timedOut, error], timedOut.message);
      const message = 'The database does not answer, nor does it end a session whose time is over.';
      this.late.reject(new DatabaseUnavailableError(message, { cause }));
      // Not where the session has ended: its last answer, perhaps to a commit, may still have to be read.
      socketOf(this.client).destroy();
    }
  }
}

/** `pg` has no other way to give a connection up without asking the server, nor to send several statements at once. */
export const socketOf = (client: pg.PoolClient) =>
  (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream;
