import type { Engine, EventTransport } from '../transport.port';

/** All that an adapter gives the suite. It has no say in which cases run. */
export interface ConformanceHarness {
  readonly engine: Engine;
  /** A transport that is not open yet. */
  create(): EventTransport;
  /** A transport whose log does not answer. */
  createUnreachable(): EventTransport;
  /** The program of a second operating-system process, and what it needs to reach the same log. */
  readonly child: { readonly program: string; readonly settings: unknown };
  /** What the suite asks for when it makes a topic. */
  readonly replicationFactor: number;
  /** A short session time-out that is steady here, in ms. */
  readonly sessionTimeoutMs: number;
  /** Topic configuration under which old records go within `withinMs`. */
  readonly retention: { readonly config: Readonly<Record<string, string>>; readonly withinMs: number };
  stop(): Promise<void>;
}
