import type { Type } from '@nestjs/common';

/** Every service that can run, loaded only where `SERVICES` asks for it. */
export const serviceModules = {
  gateway: async (): Promise<Type> => (await import('./gateway/gateway.module')).GatewayModule,
  auth: async (): Promise<Type> => (await import('./auth/auth.module')).AuthModule,
  product: async (): Promise<Type> => (await import('./product/product.module')).ProductModule,
  cart: async (): Promise<Type> => (await import('./cart/cart.module')).CartModule,
  order: async (): Promise<Type> => (await import('./order/order.module')).OrderModule,
  payment: async (): Promise<Type> => (await import('./payment/payment.module')).PaymentModule,
  inventory: async (): Promise<Type> => (await import('./inventory/inventory.module')).InventoryModule,
  shipping: async (): Promise<Type> => (await import('./shipping/shipping.module')).ShippingModule,
  notification: async (): Promise<Type> =>
    (await import('./notification/notification.module')).NotificationModule,
  analytics: async (): Promise<Type> => (await import('./analytics/analytics.module')).AnalyticsModule,
  audit: async (): Promise<Type> => (await import('./audit/audit.module')).AuditModule,
} as const;

export type RunnableService = keyof typeof serviceModules;
