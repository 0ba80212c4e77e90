import type { EventTransport, LogAdmin, LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { Database } from '@/infrastructure/postgres/database';
import type { AccountName } from './account';
import { NoAccountsError } from './accounting.errors';

/** A handler's account of one topic that this process is bound to keep. */
export interface ExpectedAccount extends AccountName {
  readonly eventTypes: readonly string[];
  /** `beginning`: everything in the log is accounted for. `now`: what came after its first account. */
  readonly from: 'beginning' | 'now';
}

export interface AccountedLog {
  readonly admin: Pick<LogAdmin, 'topicNames' | 'topicIds' | 'offsets' | 'describeTopics'>;
  readonly read: EventTransport['read'];
}

/** Where accounts are read from: the outcomes of one schema, the log they are held against, what is registered. */
export interface AccountSource {
  readonly database: Database;
  readonly log: AccountedLog;
  expected(): readonly ExpectedAccount[];
  /** For records whose headers do not tell. Rejects as `EventCodec.decode`. */
  decode(record: LogRecord): Promise<{ readonly eventType: string; readonly identity: string }>;
}

/** Throws `NoAccountsError` for an application without a database. */
export function accountSourceOf(runtime: KafkaRuntime): AccountSource {
  const { stateful, transport } = runtime;
  if (!stateful) throw new NoAccountsError();
  return {
    database: stateful.database,
    log: { admin: transport.admin, read: (request) => transport.read(request) },
    expected: () => expectedOf(runtime),
    decode: async (record) => {
      const { event, identity } = await runtime.codec.decode(record);
      return { eventType: event.eventType, identity };
    },
  };
}

function expectedOf(runtime: KafkaRuntime): readonly ExpectedAccount[] {
  const accounts = new Map<string, ExpectedAccount>();
  for (const registration of runtime.consumer.handlers()) {
    const handler = registration.name;
    const group = runtime.groupOf(registration);
    for (const eventType of registration.eventTypes) {
      const { topic } = runtime.registry.definitionOf(eventType);
      const key = JSON.stringify([group, handler, topic]);
      const known = accounts.get(key);
      accounts.set(key, {
        topic,
        group,
        handler,
        eventTypes: [...(known?.eventTypes ?? []), eventType],
        from: known?.from === 'now' ? 'now' : registration.options.from,
      });
    }
  }
  return [...accounts.values()];
}
