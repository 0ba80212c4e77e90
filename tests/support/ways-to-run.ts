const TWO_PROCESSES = [
  'gateway,auth,product,cart,inventory,shipping,notification,analytics,audit',
  'order,payment',
];

export interface WayToRun {
  readonly name: string;
  readonly engine: 'embedded' | 'kafka';
  readonly processes?: readonly string[];
}

export const waysToRun: readonly WayToRun[] = [
  { name: 'embedded, one process', engine: 'embedded' },
  { name: 'Kafka, one process', engine: 'kafka' },
  { name: 'embedded, two processes', engine: 'embedded', processes: TWO_PROCESSES },
  { name: 'Kafka, two processes', engine: 'kafka', processes: TWO_PROCESSES },
];
