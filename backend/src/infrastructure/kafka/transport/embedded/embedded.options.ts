/** What the transport tells; pino's loggers fit. */
export interface TransportLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface EmbeddedTransportOptions {
  /** PostgreSQL of the log; the schema `log` is made there. */
  readonly url: string;
  readonly logger?: TransportLogger;
  /** Most connections that read records at once. Five more are used for the rest. Default 6. */
  readonly readConnections?: number;
  /** Time in ms between two looks for what other processes appended, when their notification is lost. Default 250. */
  readonly pollMs?: number;
  /** Time in ms between two signs of life of a group member; a third of its lease where that is less. Default 1,000. */
  readonly heartbeatMs?: number;
  /** Longest lease of a group member in ms, whatever session time-out it asks for. Default 5,000. */
  readonly longestLeaseMs?: number;
  /** Time in ms between two looks for segments past their retention. Default 5,000. */
  readonly retentionCheckMs?: number;
}

export type ResolvedOptions = Required<EmbeddedTransportOptions>;

const silent: TransportLogger = { info: () => {}, warn: () => {} };

export function resolveOptions(options: EmbeddedTransportOptions): ResolvedOptions {
  return {
    logger: silent,
    readConnections: 6,
    pollMs: 250,
    heartbeatMs: 1_000,
    longestLeaseMs: 5_000,
    retentionCheckMs: 5_000,
    ...options,
  };
}
