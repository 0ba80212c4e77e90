import { defineEvent } from '@shop/kafka';

export const topic = process.env['PARCEL_TOPIC'] ?? 'parcel-events';

export interface ParcelWeighed {
  readonly depotId: string;
  readonly parcelId: string;
  readonly grams: number;
}

/** Written in Avro; the key keeps the events of one depot in order. */
export const parcelWeighed = defineEvent<ParcelWeighed>()({
  eventType: 'parcel.weighed',
  topic,
  key: ({ depotId }) => depotId,
  schema: {
    kind: 'avro',
    versions: [
      {
        type: 'record',
        name: 'ParcelWeighed',
        namespace: 'depot',
        fields: [
          { name: 'depotId', type: 'string' },
          { name: 'parcelId', type: 'string' },
          { name: 'grams', type: 'int' },
        ],
      },
    ],
  },
});

export interface ParcelLabelled {
  readonly depotId: string;
  readonly parcelId: string;
  readonly label: 'fragile' | 'this side up';
}

/** Written as JSON. */
export const parcelLabelled = defineEvent<ParcelLabelled>()({
  eventType: 'parcel.labelled',
  topic,
  key: ({ depotId }) => depotId,
  schema: {
    kind: 'json-schema',
    schema: {
      type: 'object',
      properties: {
        depotId: { type: 'string', minLength: 1 },
        parcelId: { type: 'string', minLength: 1 },
        label: { enum: ['fragile', 'this side up'] },
      },
      required: ['depotId', 'parcelId', 'label'],
      additionalProperties: false,
    },
  },
});
