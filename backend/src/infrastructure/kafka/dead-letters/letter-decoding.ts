import { CodedError } from '@/infrastructure/errors/coded-error';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { LetterDetail } from './letter';

type Decoded = Pick<LetterDetail, 'value' | 'valueError'> & { readonly eventId?: string };

/** The event's data, or why there is none to be had. */
export async function decodeLetter(codec: EventCodec, record: LogRecord): Promise<Decoded> {
  try {
    const { event } = await codec.decode(record);
    return { value: event.data, eventId: event.eventId };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { code, message, faults } = error;
    return { valueError: { code, message, ...(faults.length === 0 ? {} : { faults }) } };
  }
}
