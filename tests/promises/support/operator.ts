import { DeadLetters } from '@/infrastructure/kafka/dead-letters/dead-letters';
import { ContractSchemaSource } from '@/infrastructure/kafka/schema/contract-schema-source';
import { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { eventually } from '@/testing/eventually';
import { type DeliveryTables, type Letter, SCHEMA } from './delivery-tables';

/** A killed owner's partitions move only after its session time-out, and what is parked takes its turn. */
const DEAD_WITHIN_MS = 120_000;

/** A person's decisions about dead letters, made in a process that owns no partition. */
export class Operator {
  private readonly database: Database;
  private readonly letters: DeadLetters;

  constructor(
    private readonly tables: DeliveryTables,
    url: string,
  ) {
    const database = new Database({ url, schema: SCHEMA, maxConnections: 2, applicationName: 'operator' });
    const registry = new EventRegistry([]);
    const codec = new EventCodec({ registry, schemas: new ContractSchemaSource(registry) });
    this.database = database;
    this.letters = new DeadLetters({ database, unitOfWork: new UnitOfWork(database), registry, codec });
  }

  async dead(key: string): Promise<Letter> {
    return eventually(
      async () =>
        (await this.tables.letters()).find((letter) => letter.key === key && letter.status === 'dead'),
      { what: `a dead letter of ${key}`, withinMs: DEAD_WITHIN_MS },
    ).catch(async (error: unknown) => {
      const rows = (await this.tables.parked()).filter((row) => row.key === key);
      const progress = [...(await this.tables.watermarks())];
      throw new Error(`${String(error)}\n${JSON.stringify({ rows, progress })}`, { cause: error });
    });
  }

  /** Runs it again, in its place of the lane. */
  async retry({ id }: Letter): Promise<void> {
    await this.letters.act(id, { kind: 'retry' }, 'spec');
  }

  /** The lane goes on without it. */
  async skip({ id }: Letter): Promise<void> {
    await this.letters.act(id, { kind: 'skip' }, 'spec');
  }

  async end(): Promise<void> {
    await this.database.close();
  }
}
