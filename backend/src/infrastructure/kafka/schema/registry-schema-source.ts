import { type AvroRecord, fullName } from '@shop/contracts';
import type { WriterSchema } from './avro-format';
import type { RegisteredEvent } from './registered-event';
import { RegistryClient } from './registry-client';
import {
  InvalidEventDefinitionError,
  SchemaRegistryUnavailableError,
  SchemaRejectedError,
} from './schema.errors';
import { fingerprintOf } from './schema-fingerprint';
import type { SchemaSource } from './schema-source.port';

export interface RegistrySchemaSourceOptions {
  readonly url: string;
  /** Longest wait for one answer; default 3,000 ms. */
  readonly timeoutMs?: number;
  /** Milliseconds of any steady clock; default `performance.now`. */
  readonly now?: () => number;
}

const CONFLICT = 409;
const UNKNOWN_FOR_MS = 60_000;
const MOST_UNKNOWN = 1_000;
const MOST_KNOWN = 10_000;

export type Compatibility = 'NONE' | 'BACKWARD' | 'FULL' | 'FULL_TRANSITIVE';

/** Topic and record name: several event types share a topic. */
export const subjectOf = (topic: string, schema: AvroRecord): string => `${topic}-${fullName(schema)}`;

/** Schemas of a Confluent-compatible registry. What was answered once is not asked again. */
export class RegistrySchemaSource implements SchemaSource {
  private readonly client: RegistryClient;
  private readonly now: () => number;
  private readonly ids = new Map<RegisteredEvent, Promise<number>>();
  private readonly looked = new Map<string, Promise<WriterSchema | undefined>>();
  private readonly found = new Map<number, WriterSchema>();
  private readonly unknownUntil = new Map<string, number>();

  constructor(options: RegistrySchemaSourceOptions) {
    this.client = new RegistryClient(options.url, options.timeoutMs ?? 3_000);
    this.now = options.now ?? (() => performance.now());
  }

  /** Rejects with `SchemaRegistryUnavailableError` when no registry is there. */
  async open(): Promise<void> {
    const { status } = await this.client.call('GET', '/schemas/types');
    if (status === 404) {
      throw new SchemaRegistryUnavailableError(
        `There is no schema registry's API at ${this.client.address}.`,
      );
    }
  }

  idOf(event: RegisteredEvent): Promise<number> {
    const asked = this.ids.get(event);
    if (asked) return asked;
    const asking = this.registerNewest(event);
    this.ids.set(event, asking);
    asking.catch(() => this.ids.delete(event));
    return asking;
  }

  known(id: number): WriterSchema | undefined {
    return this.found.get(id);
  }

  async byId(id: number): Promise<WriterSchema | undefined> {
    const schema = await this.look(`/schemas/ids/${id}`);
    if (schema) this.remember(id, schema);
    return schema;
  }

  byGuid(guid: string): Promise<WriterSchema | undefined> {
    return this.look(`/schemas/guids/${guid}`);
  }

  /** Every version, oldest first, and the subject's rule. Repeating it changes nothing. */
  async register(event: RegisteredEvent, compatibility: Compatibility = 'FULL_TRANSITIVE'): Promise<void> {
    const [first] = event.versions;
    if (!first) return;
    for (const version of event.versions) await this.post(event, version);
    const subject = encodeURIComponent(subjectOf(event.topic, first.schema));
    await this.client.call('PUT', `/config/${subject}`, { compatibility });
  }

  private async registerNewest(event: RegisteredEvent): Promise<number> {
    const newest = event.versions.at(-1);
    if (!newest) throw new InvalidEventDefinitionError(`'${event.eventType}' has no Avro schema.`);
    const id = await this.post(event, newest);
    this.looked.set(`/schemas/ids/${id}`, Promise.resolve(newest));
    this.remember(id, newest);
    return id;
  }

  private async post(event: RegisteredEvent, { schema }: WriterSchema): Promise<number> {
    const subject = encodeURIComponent(subjectOf(event.topic, schema));
    const register = () =>
      this.client.call('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(schema) });
    // Of two processes that register a subject at once, a registry may refuse one; asked again it gives the id.
    const { body } = await register().catch((error: unknown) => {
      if (error instanceof SchemaRejectedError && error.answered === CONFLICT) return register();
      throw error;
    });
    const id = body['id'];
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 2 ** 31) return id;
    throw new SchemaRegistryUnavailableError(`The schema registry at ${this.client.address} gave no id.`);
  }

  private remember(id: number, schema: WriterSchema): void {
    if (this.found.size >= MOST_KNOWN) this.found.clear();
    this.found.set(id, schema);
  }

  /** Calls under way are shared; an unknown id costs at most one call a minute. */
  private look(path: string): Promise<WriterSchema | undefined> {
    const looked = this.looked.get(path);
    if (looked) return looked;
    if ((this.unknownUntil.get(path) ?? Number.NEGATIVE_INFINITY) > this.now())
      return Promise.resolve(undefined);
    const looking = this.fetchSchema(path);
    if (this.looked.size >= MOST_KNOWN) this.looked.clear();
    this.looked.set(path, looking);
    looking.then(
      (schema) => schema ?? this.rememberUnknown(path),
      () => this.looked.delete(path),
    );
    return looking;
  }

  private rememberUnknown(path: string): void {
    this.looked.delete(path);
    if (this.unknownUntil.size >= MOST_UNKNOWN) this.unknownUntil.clear();
    this.unknownUntil.set(path, this.now() + UNKNOWN_FOR_MS);
  }

  private async fetchSchema(path: string): Promise<WriterSchema | undefined> {
    const { status, body } = await this.client.call('GET', path);
    const text = body['schema'];
    if (status === 404 || typeof text !== 'string' || (body['schemaType'] ?? 'AVRO') !== 'AVRO')
      return undefined;
    const schema = recordIn(text);
    return schema && { schema, fingerprint: fingerprintOf(schema) };
  }
}

/** Undefined for what is no record: no event of ours was written with it. */
function recordIn(text: string): AvroRecord | undefined {
  const schema = parsed(text);
  const isRecord = typeof schema === 'object' && schema !== null && 'fields' in schema && 'name' in schema;
  return isRecord ? (schema as AvroRecord) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
