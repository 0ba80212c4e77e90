export const scenarios = [
  'once',
  'duplicate',
  'out of order',
  'poison',
  'crash before commit',
  'crash after commit',
] as const;

/**
 *   once                 each event once, in order: what all others are compared with
 *   duplicate            each event is in the log twice
 *   out of order         the events come backwards
 *   poison               bytes that nobody can read come between the events, under their keys
 *   crash before commit  the first run of each event does its work and then loses its connection, before the commit;
 *                        with `effects: 'external'`, before the mark that says it is done
 *   crash after commit   all is done, then the process ends before its progress is saved, and everything comes again
 */
export type Scenario = (typeof scenarios)[number];

/** One call of the handler. */
export interface HandlerRun {
  readonly eventId: string;
  readonly idempotencyKey: string;
  /** From 1; the engine's count for this event. */
  readonly attempt: number;
  /** It returned, or it threw, or it lost its connection by the scenario. */
  readonly ended: 'well' | 'badly' | 'crashed';
}

export interface ScenarioReport {
  readonly scenario: Scenario;
  readonly runs: readonly HandlerRun[];
  /** What the events' `effects` function answered in the end. */
  readonly effects: unknown;
  /** The handler's own events that ended as dead letters. */
  readonly dead: number;
}

export interface DeliveryReport {
  readonly scenarios: readonly ScenarioReport[];
  /** What the handler declared and did not keep, as sentences; empty where it kept everything. */
  readonly faults: readonly string[];
}
