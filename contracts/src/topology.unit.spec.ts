import { describe, expect, it } from 'vitest';
import { dlqOf, dlqSettings } from './dead-letter-topic.ts';
import { eventDefinitions } from './event-definitions.ts';
import { eventTypes, eventTypesOf, isEventType, keyOf, topicNames, topicOf } from './event-types.ts';
import { publishMethodName } from './publish-method-name.ts';
import { eventTopology, topics } from './topology.ts';

describe('the topics', () => {
  it('are the twelve, with their partitions and retention', () => {
    const days = Object.fromEntries(
      topicNames.map((name) => [name, `${topics[name].partitions} ${topics[name].retentionMs / 86_400_000}`]),
    );
    expect(days).toEqual({
      'user-events': '3 7',
      'order-events': '6 30',
      'payment-events': '6 90',
      'inventory-events': '4 14',
      'product-events': '3 30',
      'cart-events': '4 3',
      'shipping-events': '4 30',
      'review-events': '3 90',
      'promotion-events': '2 30',
      'notification-events': '4 7',
      'analytics-events': '8 30',
      'audit-events': '4 365',
    });
  });

  it('are replicated three times and say every setting', () => {
    for (const name of topicNames) {
      const { replicationFactor, retentionMs, config } = topics[name];
      expect(replicationFactor).toBe(3);
      expect(config).toEqual({
        'cleanup.policy': 'delete',
        'max.message.bytes': '1048588',
        'min.insync.replicas': '2',
        'retention.ms': String(retentionMs),
      });
    }
  });

  it('have a dead-letter topic each, with as many partitions, thirty days, and room for its headers', () => {
    const settings = dlqSettings('audit-events');

    expect(dlqOf('custom-events')).toBe('custom-events.dlq');
    expect(settings).toMatchObject({ topic: 'audit-events.dlq', partitions: 4, replicationFactor: 3 });
    expect(settings.config['retention.ms']).toBe('2592000000');
    expect(Number(settings.config['max.message.bytes'])).toBeGreaterThan(1_048_588);
  });
});

describe('the event types', () => {
  it('are sixty-five, each on one topic', () => {
    expect(eventTypes).toHaveLength(65);
    expect(topicNames.flatMap((name) => eventTypesOf(name))).toHaveLength(65);
    expect(eventTypesOf('audit-events')).toEqual([
      'audit.recorded',
      'audit.login.failed',
      'audit.access.denied',
    ]);
    expect(topicOf('coupon.redeemed')).toBe('promotion-events');
  });

  it('have a definition each, of their topic', () => {
    for (const eventType of eventTypes) {
      expect(eventDefinitions[eventType]).toMatchObject({ eventType, topic: eventTopology[eventType].topic });
    }
  });

  it('are all read by the audit service', () => {
    expect(eventTypes.every((type) => eventTopology[type].consumers.includes('audit'))).toBe(true);
  });

  it('know their key', () => {
    expect(keyOf('inventory.stock.low', { productId: 'p-1', available: 1, threshold: 3 })).toBe('p-1');
    expect(keyOf('analytics.search', { query: 'lamp' })).toBeNull();
    expect(eventDefinitions['analytics.search'].key({ query: 'lamp', anonymousId: 'a-1' })).toBe('a-1');
  });

  it('are told from other names', () => {
    expect(isEventType('order.created')).toBe(true);
    expect(isEventType('toString')).toBe(false);
  });

  it('have publish methods of different names', () => {
    expect(new Set(eventTypes.map((type) => publishMethodName(type))).size).toBe(65);
    expect(publishMethodName('cart.checked_out')).toBe('publishCartCheckedOut');
    expect(publishMethodName('analytics.product_view')).toBe('publishAnalyticsProductView');
  });
});
