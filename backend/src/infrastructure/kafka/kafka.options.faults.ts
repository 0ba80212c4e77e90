import { z } from 'zod';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { deliveryOptions, retryOptions } from './delivery/delivery.options';
import type { KafkaModuleOptions } from './kafka.options';

const count = z.number().int().min(1);
const name = z.string().min(1, 'must not be empty');

const topic = z.strictObject({
  topic: z.string().regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,245}$/, 'is no name for a topic'),
  numPartitions: count.optional(),
  replicationFactor: count.optional(),
  configEntries: z
    .array(z.strictObject({ name, value: z.union([z.string(), z.number()]) }))
    .readonly()
    .optional(),
});

const schema = z.strictObject({
  service: name.optional(),
  group: name.optional(),
  brokers: z
    .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'is not of the form host:port'))
    .min(1)
    .readonly()
    .optional(),
  instanceId: name.optional(),
  engine: z.enum(['embedded', 'kafka']).optional(),
  groupProtocol: z.enum(['classic', 'consumer']).optional(),
  schemaRegistryUrl: z.url({ protocol: /^https?$/ }).optional(),
  events: z
    .array(z.looseObject({ eventType: name, topic: name }))
    .readonly()
    .optional(),
  topics: z.array(topic).readonly().optional(),
  builtInTopics: z.array(z.string()).readonly().optional(),
  database: z
    .strictObject({
      url: name,
      schema: z
        .string()
        .regex(/^[a-z_][a-z0-9_]*$/, 'must be a plain name in small letters')
        .optional(),
      maxConnections: count.optional(),
      migrations: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  logUrl: name.optional(),
  retry: retryOptions.optional(),
  onDead: z.enum(['wait', 'flow']).optional(),
  delivery: deliveryOptions.optional(),
  environment: z.unknown().optional(),
});

/** Everything that is wrong with the options by themselves, names nobody knows included. */
export function optionFaults(options: KafkaModuleOptions): Fault[] {
  const checked = schema.safeParse(options);
  const faults = checked.success ? [] : checked.error.issues.map(toFault);
  if (options.engine === 'embedded' && !options.logUrl && !options.database?.url) {
    faults.push({ path: 'logUrl', message: 'is required by the embedded engine' });
  }
  return faults;
}

function toFault({ path, message }: z.core.$ZodIssue): Fault {
  const where = path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  );
  return { path: where === '' ? 'options' : where, message };
}
