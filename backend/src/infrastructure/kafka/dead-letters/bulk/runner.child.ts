import { ContractSchemaSource } from '@/infrastructure/kafka/schema/contract-schema-source';
import { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { DeadLetters } from '../dead-letters';

/** A process that works off bulk jobs until its parent kills it. Each act leaves a row, in its transaction. */
const database = new Database({
  url: process.argv[2] ?? '',
  schema: 'desk',
  maxConnections: 4,
  applicationName: 'child',
});
const registry = new EventRegistry([]);
const codec = new EventCodec({ registry, schemas: new ContractSchemaSource(registry) });
const unitOfWork = new UnitOfWork(database);
const letters = new DeadLetters({ database, unitOfWork, registry, codec, leaseMs: 300, lookMs: 50 });
letters.onDecision(async ({ letter }) => {
  await unitOfWork.sql.run(sql`insert into acts (letter_id, process) values (${letter.id}, ${process.pid})`);
});
letters.start();
process.once('disconnect', () => process.exit());
