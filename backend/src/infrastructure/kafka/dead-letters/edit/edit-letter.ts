import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import type { RegisteredEvent } from '@/infrastructure/kafka/schema/registered-event';
import { withValue } from '@/infrastructure/kafka/transport/log-record';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { EditRefusedError } from '../dead-letters.errors';
import { recordOf, type StoredLetter } from '../stored-letter';
import { type Difference, differences } from './json-difference';
import { mergePatch } from './merge-patch';
import { valueInFormOf } from './value-form';

/** The data whole, a JSON Merge Patch (RFC 7396) of it, or the record's value byte for byte. */
export type Edit =
  | { readonly data: unknown }
  | { readonly patch: Readonly<Record<string, unknown>> }
  | { readonly valueBase64: string };

export interface EditedValue {
  readonly value: Buffer;
  readonly data: unknown;
  /** From the event as it is; from nothing where that does not decode. */
  readonly changes: readonly Difference[];
}

interface Known {
  readonly eventType: string;
  readonly data: unknown;
}

/**
 * The value that the record is to run with, proven by decoding it as the consumer will. Throws `EditRefusedError`
 * with the faulty paths, or `SCHEMA_REGISTRY_UNAVAILABLE`.
 */
export async function editLetter(
  letter: StoredLetter,
  edit: Edit,
  codec: EventCodec,
  registry: EventRegistry,
): Promise<EditedValue> {
  const record = recordOf(letter);
  const before = await decodedOrUndefined(codec, record);
  const value =
    'valueBase64' in edit
      ? Buffer.from(edit.valueBase64, 'base64')
      : await encoded(letter, before, edit, codec, registry);
  const after = await decoded(codec, withValue(record, value));
  if (before) checkKey(registry, before, after);
  return { value, data: after.data, changes: differences(before?.data, after.data) };
}

async function encoded(
  letter: StoredLetter,
  before: Known | undefined,
  edit: Exclude<Edit, { valueBase64: string }>,
  codec: EventCodec,
  registry: EventRegistry,
): Promise<Buffer> {
  const definition = registry.find(before?.eventType ?? letter.event_type);
  if (!definition)
    throw new EditRefusedError('what type of event it is cannot be told; give its whole value as bytes.');
  if ('patch' in edit && !before)
    throw new EditRefusedError('a patch needs an event that decodes; give the data whole.');
  const data = 'patch' in edit ? mergePatch(before?.data, edit.patch) : edit.data;
  return refusing(async () => valueInFormOf(recordOf(letter), data, checked(definition, data), codec));
}

function checked(definition: RegisteredEvent, data: unknown): RegisteredEvent {
  const faults = definition.validate(data);
  if (faults.length > 0) throw new EditRefusedError(summaryOf(faults), faults);
  return definition;
}

const summaryOf = (faults: readonly Fault[]): string =>
  faults.map(({ path, message }) => `${path} ${message}`).join('; ');

async function decoded(codec: EventCodec, record: LogRecord): Promise<Known> {
  const { event } = await refusing(() => codec.decode(record));
  return { eventType: event.eventType, data: event.data };
}

async function decodedOrUndefined(codec: EventCodec, record: LogRecord): Promise<Known | undefined> {
  try {
    return await decoded(codec, record);
  } catch (error) {
    if (error instanceof EditRefusedError) return undefined;
    throw error;
  }
}

/** What no repetition helps is the operator's to mend. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CodedError) || error.retryable || error instanceof EditRefusedError) throw error;
    throw new EditRefusedError(error.message, error.faults, error);
  }
}

/** It runs in its place among the events of its key, so it must stay one of them. */
function checkKey(registry: EventRegistry, before: Known, after: Known): void {
  const keyOf = ({ eventType, data }: Known) => registry.keyOf(registry.definitionOf(eventType), data);
  const key = keyOf(before);
  if (keyOf(after) === key) return;
  const fault = { path: 'data', message: `must keep the event's key '${String(key)}'` };
  throw new EditRefusedError(summaryOf([fault]), [fault]);
}
