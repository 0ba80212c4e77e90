import { type EventType, eventTypes } from '@shop/contracts';

export type AnalyticsType = Extract<EventType, `analytics.${string}`>;

/** What a browser sends, after its outer shape was checked. */
export interface BrowserEvent {
  readonly name: string;
  readonly messageId?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly anonymousId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface ClassifiedEvent {
  readonly eventType: AnalyticsType;
  readonly data: Readonly<Record<string, unknown>>;
}

const known: ReadonlySet<string> = new Set(eventTypes.filter((type) => type.startsWith('analytics.')));

/** A known name is that type; any other becomes `analytics.custom` with its name kept. */
export function classify({ name, properties, ...event }: BrowserEvent): ClassifiedEvent {
  const who = {
    messageId: event.messageId,
    anonymousId: event.anonymousId,
    userId: event.userId,
    sessionId: event.sessionId,
  };
  const context = Object.fromEntries(Object.entries(who).filter(([, value]) => value !== undefined));
  if (known.has(name)) return { eventType: name as AnalyticsType, data: { ...properties, ...context } };
  return { eventType: 'analytics.custom', data: { name, properties, ...context } };
}

const LONGEST_DELAY_MS = 24 * 3_600_000;

/**
 * When it happened by the server's clock: as long before now as it was before `sentAt` by the browser's own. A
 * browser can delay an event by a day at most, and has none from the future.
 */
export function occurredAt(timestamp: string | undefined, sentAt: string | undefined, now: number): string {
  const delay = Date.parse(sentAt ?? '') - Date.parse(timestamp ?? '');
  const believed = Number.isFinite(delay) ? Math.min(Math.max(delay, 0), LONGEST_DELAY_MS) : 0;
  return new Date(now - believed).toISOString();
}
