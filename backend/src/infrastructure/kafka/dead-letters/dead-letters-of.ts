import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { NoDatabaseError, withoutDatabase } from '@/infrastructure/kafka/without-database';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import { DeadLetters } from './dead-letters';

const known = new WeakMap<KafkaRuntime, DeadLetters>();

/** The one `DeadLetters` of a runtime. Without a database everything it is asked rejects with `NO_DATABASE`. */
export function deadLettersOf(runtime: KafkaRuntime): DeadLetters {
  const { codec, registry, stateful } = runtime;
  const made =
    known.get(runtime) ??
    new DeadLetters({
      codec,
      registry,
      database: stateful?.database ?? nowhere,
      unitOfWork: stateful?.unitOfWork ?? withoutDatabase(),
    });
  known.set(runtime, made);
  return made;
}

const refuse = (): Promise<never> => Promise.reject(new NoDatabaseError());
const nowhere: SqlSession = { rows: refuse, row: refuse, run: refuse };
