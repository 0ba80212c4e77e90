import { expectTypeOf, it } from 'vitest';
import type { KafkaAnalytics } from '@/analytics';

declare const analytics: KafkaAnalytics;

it('knows the events and their properties from the contracts', () => {
  const view = { productId: 'p', category: 'c', price: 1 };
  expectTypeOf(analytics.trackEvent('analytics.product_view', view)).toBeString();
  // @ts-expect-error no such event
  analytics.trackEvent('analytics.product_seen', view);
  // @ts-expect-error not an event of browsers
  analytics.trackEvent('order.created', view);
  // @ts-expect-error the price is missing
  analytics.trackEvent('analytics.product_view', { productId: 'p', category: 'c' });
  // @ts-expect-error the price is a number
  analytics.trackEvent('analytics.product_view', { ...view, price: '1' });
  // @ts-expect-error no such property
  analytics.trackEvent('analytics.product_view', { productId: 'p', category: 'c', price: 1, colour: 'red' });
});
