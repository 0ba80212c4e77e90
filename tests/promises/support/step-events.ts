import { defineEvent, type EventDefinition } from '@shop/contracts';

/** One step of one key; `seq` counts the steps of its key from 1, across both event types. */
export interface Step {
  readonly key: string;
  readonly seq: number;
}

export const stepTypes = ['step.taken', 'step.told'] as const;
export type StepType = (typeof stepTypes)[number];

export type StepEvents = Readonly<Record<StepType, EventDefinition<string, Step>>>;

/** Two types that share a topic, and so a lane per key. */
export function stepEvents(topic: string): StepEvents {
  const define = <Type extends StepType>(eventType: Type, name: string) =>
    defineEvent<Step>()({
      eventType,
      topic,
      key: ({ key }) => key,
      schema: {
        kind: 'avro',
        versions: [
          {
            type: 'record',
            name,
            namespace: 'promises',
            fields: [
              { name: 'key', type: 'string' },
              { name: 'seq', type: 'int' },
            ],
          },
        ],
      },
    });
  return { 'step.taken': define('step.taken', 'StepTaken'), 'step.told': define('step.told', 'StepTold') };
}

/** `count` steps of each of `keys` keys, in waves: all first steps, then all second ones. */
export function waves(keys: number, count: number, prefix = 'K'): Step[][] {
  return Array.from({ length: count }, (_, wave) =>
    Array.from({ length: keys }, (_, key) => ({ key: `${prefix}${key + 1}`, seq: wave + 1 })),
  );
}
