import type { Broker, ConnectionPool } from '@platformatic/kafka';
import type { Cluster } from '../cluster/cluster';
import type { ApiName, Apis } from '../cluster/apis';
import { ProtocolCode, protocolCodeOf } from '../protocol-errors';

type Arguments<Name extends ApiName> =
  Parameters<Apis[Name]['async']> extends [unknown, ...infer Rest] ? Rest : never;
type Answer<Name extends ApiName> = Awaited<ReturnType<Apis[Name]['async']>>;

const MOVED = new Set<number | undefined>([
  undefined,
  ProtocolCode.COORDINATOR_NOT_AVAILABLE,
  ProtocolCode.COORDINATOR_LOAD_IN_PROGRESS,
  ProtocolCode.NOT_COORDINATOR,
]);

/** Requests to the broker that looks after one group, wherever that is at the moment. */
export class Coordinator {
  readonly #cluster: Cluster;
  readonly #group: string;
  #broker: Broker | undefined;

  constructor(cluster: Cluster, group: string) {
    this.#cluster = cluster;
    this.#group = group;
  }

  async call<Name extends ApiName>(
    pool: ConnectionPool,
    name: Name,
    ...args: Arguments<Name>
  ): Promise<Answer<Name>> {
    this.#broker ??= await this.#cluster.coordinatorOf(this.#group);
    try {
      const connection = await pool.get(this.#broker);
      const api = this.#cluster.api(name) as unknown as { async(...all: unknown[]): Promise<Answer<Name>> };
      return await api.async(connection, ...args);
    } catch (error) {
      if (MOVED.has(protocolCodeOf(error))) this.#broker = undefined;
      throw error;
    }
  }
}
