import type { Cluster } from '../cluster/cluster';
import { codedError } from '../protocol-errors';
import type { ConnectionPool } from '@platformatic/kafka';

/** Under this id the brokers recognise what they have stored already. Sequences count per partition. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const NO_IDENTITY: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Draws an id when one is needed, and another after a batch was given up: its sequence numbers are lost. */
export class ProducerIdentities {
  readonly #cluster: Cluster;
  readonly #idempotent: boolean;
  #current: Promise<ProducerIdentity> | undefined;

  constructor(cluster: Cluster, idempotent: boolean) {
    this.#cluster = cluster;
    this.#idempotent = idempotent;
  }

  current(pool: ConnectionPool): Promise<ProducerIdentity> {
    if (!this.#idempotent) return Promise.resolve(NO_IDENTITY);
    this.#current ??= this.#draw(pool).catch((error: unknown) => {
      this.#current = undefined;
      throw codedError(error, 'Asking Kafka for a producer id');
    });
    return this.#current;
  }

  renew(): void {
    this.#current = undefined;
  }

  async #draw(pool: ConnectionPool): Promise<ProducerIdentity> {
    const brokers = await this.#cluster.brokers();
    const connection = await pool.getFirstAvailable([...brokers.values()]);
    const { producerId, producerEpoch } = await this.#cluster
      .api('InitProducerId')
      .async(connection, null, TRANSACTION_TIMEOUT_MS, -1n, -1);
    return { producerId, producerEpoch };
  }
}
