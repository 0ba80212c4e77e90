import { CodedError } from '@/infrastructure/errors/coded-error';
import { identityText } from '@/infrastructure/kafka/schema/event-identity';
import { receive } from '@/infrastructure/kafka/schema/received-event';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { AccountSource } from '../account-source';

/** What a raw record tells of itself; a record that is no event tells nothing. */
export interface RecordFacts {
  readonly eventType: string | undefined;
  readonly identity: string | undefined;
}

const NO_EVENT: RecordFacts = { eventType: undefined, identity: undefined };

/** From the headers; decoded only where they do not say the type. Rejects where a repetition can help. */
export async function factsOf(record: LogRecord, decode: AccountSource['decode']): Promise<RecordFacts> {
  try {
    const { eventType, identity } = receive(record);
    return eventType === undefined ? await decode(record) : { eventType, identity: identityText(identity) };
  } catch (error) {
    if (error instanceof CodedError && !error.retryable) return NO_EVENT;
    throw error;
  }
}
