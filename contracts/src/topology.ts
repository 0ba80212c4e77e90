import type { EventTopology, LatencyClass, ServiceName, TopicDefinition } from './topology.types.ts';

const DAY_MS = 86_400_000;
const REPLICATION_FACTOR = 3;
const MAX_MESSAGE_BYTES = 1_048_588;

interface TopicFacts {
  readonly partitions: number;
  readonly days: number;
  readonly keyedBy: string;
  readonly latencyClass: LatencyClass;
  readonly purpose: string;
}

function topic<const Topic extends string>(name: Topic, facts: TopicFacts): TopicDefinition<Topic> {
  const { days, ...rest } = facts;
  return {
    topic: name,
    ...rest,
    replicationFactor: REPLICATION_FACTOR,
    retentionMs: days * DAY_MS,
    config: {
      'cleanup.policy': 'delete',
      'max.message.bytes': String(MAX_MESSAGE_BYTES),
      'min.insync.replicas': '2',
      'retention.ms': String(days * DAY_MS),
    },
  };
}

/** The twelve topics. Set-up, access lists, documents and the console's picture are made from here. */
export const topics = {
  'user-events': topic('user-events', {
    partitions: 3,
    days: 7,
    keyedBy: 'userId',
    latencyClass: 'standard',
    purpose: 'registration, login, profile updates',
  }),
  'order-events': topic('order-events', {
    partitions: 6,
    days: 30,
    keyedBy: 'orderId',
    latencyClass: 'critical',
    purpose: 'order lifecycle',
  }),
  'payment-events': topic('payment-events', {
    partitions: 6,
    days: 90,
    keyedBy: 'orderId',
    latencyClass: 'critical',
    purpose: 'payment processing, refunds',
  }),
  'inventory-events': topic('inventory-events', {
    partitions: 4,
    days: 14,
    keyedBy: 'orderId; stock events: productId',
    latencyClass: 'critical',
    purpose: 'stock updates, alerts',
  }),
  'product-events': topic('product-events', {
    partitions: 3,
    days: 30,
    keyedBy: 'productId',
    latencyClass: 'standard',
    purpose: 'catalogue changes',
  }),
  'cart-events': topic('cart-events', {
    partitions: 4,
    days: 3,
    keyedBy: 'cartId',
    latencyClass: 'standard',
    purpose: 'shopping cart activity',
  }),
  'shipping-events': topic('shipping-events', {
    partitions: 4,
    days: 30,
    keyedBy: 'orderId',
    latencyClass: 'standard',
    purpose: 'shipment tracking',
  }),
  'review-events': topic('review-events', {
    partitions: 3,
    days: 90,
    keyedBy: 'productId',
    latencyClass: 'standard',
    purpose: 'product reviews, moderation',
  }),
  'promotion-events': topic('promotion-events', {
    partitions: 2,
    days: 30,
    keyedBy: 'promotionId',
    latencyClass: 'standard',
    purpose: 'promotions, coupons',
  }),
  'notification-events': topic('notification-events', {
    partitions: 4,
    days: 7,
    keyedBy: 'userId',
    latencyClass: 'standard',
    purpose: 'user notifications',
  }),
  'analytics-events': topic('analytics-events', {
    partitions: 8,
    days: 30,
    keyedBy: 'anonymousId',
    latencyClass: 'analytics',
    purpose: 'user behaviour, metrics',
  }),
  'audit-events': topic('audit-events', {
    partitions: 4,
    days: 365,
    keyedBy: 'actorId',
    latencyClass: 'standard',
    purpose: 'compliance, security logs',
  }),
} as const;

type Services = readonly ServiceName[];

/** Services with tables of their own, so with events that a person may have to decide about. */
const stateful: Services = [
  'auth',
  'product',
  'cart',
  'order',
  'payment',
  'inventory',
  'shipping',
  'notification',
  'analytics',
  'audit',
];

// The audit service reads every topic; it is not repeated for each.
const active = (producers: Services, consumers: Services = []) => ({
  producers,
  consumers: [...consumers, 'audit'] as Services,
  status: 'active' as const,
});
const declared = (producers: Services, consumers: Services = []) => ({
  ...active(producers, consumers),
  status: 'declared' as const,
});

const user = { topic: 'user-events', keyField: 'userId' } as const;
const order = { topic: 'order-events', keyField: 'orderId' } as const;
const payment = { topic: 'payment-events', keyField: 'orderId' } as const;
const inventory = { topic: 'inventory-events', keyField: 'orderId' } as const;
const stock = { topic: 'inventory-events', keyField: 'productId' } as const;
const product = { topic: 'product-events', keyField: 'productId' } as const;
const cart = { topic: 'cart-events', keyField: 'cartId' } as const;
const shipping = { topic: 'shipping-events', keyField: 'orderId' } as const;
const review = { topic: 'review-events', keyField: 'productId' } as const;
const promotion = { topic: 'promotion-events', keyField: 'promotionId' } as const;
const notification = { topic: 'notification-events', keyField: 'userId' } as const;
const analytics = { topic: 'analytics-events', keyField: 'anonymousId' } as const;
const audit = { topic: 'audit-events', keyField: 'actorId' } as const;

/** The event types: topic, key, who publishes, who handles. */
export const eventTopology = {
  'user.registered': { ...user, ...active(['auth'], ['notification']) },
  'user.login': { ...user, ...active(['auth']) },
  'user.profile.updated': { ...user, ...declared(['auth'], ['notification']) },
  'user.deleted': { ...user, ...declared(['auth'], ['auth']) },

  'order.created': {
    ...order,
    ...active(['order'], ['order', 'inventory', 'payment', 'shipping', 'notification', 'cart', 'auth']),
  },
  'order.status.updated': { ...order, ...active(['order'], ['auth']) },
  'order.cancel.requested': { ...order, ...active(['order'], ['order']) },
  'order.completed': { ...order, ...active(['order'], ['inventory', 'notification', 'auth']) },
  'order.cancelled': { ...order, ...active(['order'], ['notification', 'auth']) },

  'payment.requested': { ...payment, ...active(['order'], ['payment']) },
  'payment.completed': { ...payment, ...active(['payment'], ['order', 'shipping']) },
  'payment.failed': { ...payment, ...active(['payment'], ['order', 'inventory']) },
  'payment.refund.requested': { ...payment, ...active(['order'], ['payment']) },
  'payment.refunded': { ...payment, ...active(['payment'], ['order']) },
  'payment.refund.failed': { ...payment, ...active(['payment'], ['order']) },

  'inventory.reservation.requested': { ...inventory, ...active(['order'], ['inventory']) },
  'inventory.reserved': { ...inventory, ...active(['inventory'], ['order', 'payment']) },
  'inventory.reservation.failed': { ...inventory, ...active(['inventory'], ['order']) },
  'inventory.release.requested': { ...inventory, ...active(['order'], ['inventory']) },
  'inventory.released': { ...inventory, ...active(['inventory'], ['order']) },
  'inventory.stock.updated': { ...stock, ...active(['inventory'], ['product']) },
  'inventory.stock.low': { ...stock, ...active(['inventory']) },

  'product.created': { ...product, ...active(['product'], ['order', 'inventory', 'cart']) },
  'product.updated': { ...product, ...declared(['product'], ['cart']) },
  'product.price.changed': { ...product, ...declared(['product'], ['order', 'cart']) },
  'product.discontinued': { ...product, ...declared(['product'], ['order']) },

  'cart.item.added': { ...cart, ...active(['cart']) },
  'cart.item.removed': { ...cart, ...active(['cart']) },
  'cart.cleared': { ...cart, ...active(['cart']) },
  'cart.checked_out': { ...cart, ...active(['cart']) },
  'cart.abandoned': { ...cart, ...declared(['cart'], ['notification']) },

  'shipment.requested': { ...shipping, ...active(['order'], ['shipping']) },
  'shipment.created': { ...shipping, ...active(['shipping'], ['order']) },
  'shipment.failed': { ...shipping, ...active(['shipping'], ['order', 'payment', 'inventory']) },
  'shipment.cancel.requested': { ...shipping, ...active(['order'], ['shipping']) },
  'shipment.cancelled': { ...shipping, ...active(['shipping'], ['order']) },
  'shipment.return.requested': { ...shipping, ...active(['order'], ['shipping']) },
  'shipment.returned': { ...shipping, ...active(['shipping'], ['order']) },
  'shipment.return.failed': { ...shipping, ...active(['shipping'], ['order']) },
  'shipment.return.cancel.requested': { ...shipping, ...active(['order'], ['shipping']) },
  'shipment.return.cancelled': { ...shipping, ...active(['shipping'], ['order']) },
  'shipment.dispatched': { ...shipping, ...declared(['shipping'], ['notification']) },
  'shipment.delivered': { ...shipping, ...declared(['shipping'], ['notification']) },

  'review.submitted': { ...review, ...declared(['review']) },
  'review.approved': { ...review, ...declared(['review'], ['product']) },
  'review.rejected': { ...review, ...declared(['review'], ['notification']) },

  'promotion.created': { ...promotion, ...declared(['promotion'], ['order']) },
  'promotion.activated': { ...promotion, ...declared(['promotion'], ['order']) },
  'promotion.ended': { ...promotion, ...declared(['promotion'], ['order']) },
  'coupon.redeemed': { ...promotion, ...declared(['promotion'], ['order']) },
  'coupon.released': { ...promotion, ...declared(['promotion']) },

  'notification.requested': { ...notification, ...active(['notification'], ['notification']) },
  'notification.sent': { ...notification, ...active(['notification']) },
  'notification.failed': { ...notification, ...active(['notification']) },

  'analytics.page_view': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.product_view': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.search': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.add_to_cart': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.remove_from_cart': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.begin_checkout': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.purchase': { ...analytics, ...active(['gateway'], ['analytics']) },
  'analytics.custom': { ...analytics, ...active(['gateway'], ['analytics']) },

  // What a person decides about an event of a service is told by that service, with the decision.
  'audit.recorded': { ...audit, ...active(stateful) },
  'audit.login.failed': { ...audit, ...active(['auth']) },
  'audit.access.denied': { ...audit, ...active(['gateway']) },
} as const satisfies Record<string, EventTopology & { readonly topic: keyof typeof topics }>;
