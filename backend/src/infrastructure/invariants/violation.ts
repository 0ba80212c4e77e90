/** Where an event stands in the raw log. */
export interface EventPlace {
  readonly topic: string;
  readonly partition: number;
  /** In decimal. */
  readonly offset: string;
  readonly eventType: string | null;
  readonly eventId: string | null;
}

/** What `npm run invariants` looks at, in the order in which it is shown. */
export const invariants = ['money', 'stock', 'ended', 'published', 'effects', 'lanes', 'rebuild'] as const;

export type Invariant = (typeof invariants)[number];

export interface Violation {
  readonly invariant: Invariant;
  /** Stable, such as `CAPTURED_TWICE`. */
  readonly code: ViolationCode;
  /** What it is about, such as `order 0198…` or `product prod-007`. */
  readonly subject: string;
  readonly message: string;
  readonly events: readonly EventPlace[];
}

const codes = {
  CAPTURED_TWICE: 'money',
  REFUNDED_TWICE: 'money',
  REFUND_ABOVE_CAPTURE: 'money',
  MONEY_DIFFERS: 'money',
  MONEY_WITHOUT_ORDER: 'money',
  STOCK_DIFFERS: 'stock',
  STOCK_BELOW_ZERO: 'stock',
  ORDER_STOCK_DIFFERS: 'stock',
  STOCK_WITHOUT_ORDER: 'stock',
  ORDER_NOT_ENDED: 'ended',
  OUTBOX_ROW_WAITS: 'published',
  OUTBOX_ROW_REFUSED: 'published',
  OFFSETS_MISSING: 'published',
  EVENT_MISSING: 'published',
  EVENT_UNRECORDED: 'published',
  EVENT_REPEATED: 'published',
  EVENT_ID_REUSED: 'published',
  EVENT_WITHOUT_EFFECT: 'effects',
  EFFECT_WITHOUT_EVENT: 'effects',
  EFFECT_TWICE: 'effects',
  HISTORY_ILLEGAL: 'lanes',
  CAUSE_AFTER_EFFECT: 'lanes',
  KEY_IN_TWO_PARTITIONS: 'lanes',
  HISTORY_DIFFERS: 'rebuild',
  STATUS_DIFFERS: 'rebuild',
} as const satisfies Record<string, Invariant>;

export type ViolationCode = keyof typeof codes;

export const violationCodes = Object.keys(codes) as readonly ViolationCode[];

const MOST_EVENTS = 50;

export function violation(
  code: ViolationCode,
  subject: string,
  message: string,
  events: readonly EventPlace[] = [],
): Violation {
  return {
    invariant: codes[code],
    code,
    subject,
    message,
    events: events.slice(0, MOST_EVENTS).map(placeOf),
  };
}

/** A report goes to consoles and logs: of an event it has where it stands, and nothing that is in it. */
const placeOf = ({ topic, partition, offset, eventType, eventId }: EventPlace): EventPlace => ({
  topic,
  partition,
  offset,
  eventType,
  eventId,
});
