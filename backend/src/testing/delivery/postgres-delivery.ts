import { deliveryMigrations } from '@/infrastructure/kafka/delivery/delivery.migrations';
import type {
  ParkedRow,
  ParkedState,
  ParkRequest,
  Takeover,
} from '@/infrastructure/kafka/delivery/delivery-store.port';
import { laneMigrations } from '@/infrastructure/kafka/delivery/lanes.migrations';
import { PostgresDeliveryStore } from '@/infrastructure/kafka/delivery/postgres/postgres-delivery-store';
import { outboxMigrations } from '@/infrastructure/outbox/outbox.migrations';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { testDatabase } from '@/testing/test-database';
import { silent, TOPIC } from './membership-fixture';
import { GROUP } from './requests';

/** The store on a database of its own, with a table `effects` for what handlers do. */
export async function postgresDelivery() {
  const own = await testDatabase();
  await migrate(own.url, 'shop', {
    ...outboxMigrations,
    ...deliveryMigrations,
    ...laneMigrations,
    'test-0001': 'create table effects (what text not null)',
  });
  const database = new Database({
    url: own.url,
    schema: 'shop',
    maxConnections: 8,
    applicationName: 'spec',
  });
  const unitOfWork = new UnitOfWork(database);
  const topic = { id: 'topic-1' };
  const ids = async (topics: readonly string[]) => new Map(topics.map((name) => [name, topic.id]));
  const store = new PostgresDeliveryStore(database, unitOfWork, ids, silent);

  async function take(partition = 0, committed: bigint | null = null): Promise<Takeover> {
    const [taken] = await store.acquire(GROUP, [{ topic: TOPIC, partition, committed }]);
    if (!taken) throw new Error('Nothing was acquired.');
    return taken;
  }

  async function park(requests: readonly ParkRequest[]): Promise<readonly ParkedRow[]> {
    await store.parking.park(requests);
    const [first] = requests;
    return first ? store.parking.laneFrom(first.tenure, first.lane, 0n, 100) : [];
  }

  return {
    database,
    unitOfWork,
    store,
    topic,
    take,
    park,

    effect: (what: string) => unitOfWork.sql.run(sql`insert into effects values (${what})`),
    effects: async () =>
      (await database.rows<{ what: string }>(sql`select what from effects order by what`)).map(
        ({ what }) => what,
      ),

    /** Every parked row, in order, with the milliseconds until it is due. */
    parked: () =>
      database.rows<{
        offset: string;
        state: ParkedState;
        handler: string | null;
        attempts: number;
        pending: readonly string[];
        due_in: number | null;
      }>(sql`
        select "offset", state, handler, attempts, pending,
          (extract(epoch from due_at - clock_timestamp()) * 1000)::float8 as due_in
        from parked order by group_id, topic_id, partition, "offset"`),

    letters: () =>
      database.rows<{ offset: string; handler: string; status: string; attempts: number }>(
        sql`select "offset", handler, status, attempts from dead_letters order by "offset", handler`,
      ),

    async empty() {
      await database.run(sql`
        truncate effects, outbox, progress, segments, inbox, repeats, parked, dead_letters, outside_resets cascade`);
      topic.id = 'topic-1';
    },

    async close() {
      await database.close();
      await own.drop();
    },
  };
}

export type PostgresDelivery = Awaited<ReturnType<typeof postgresDelivery>>;
