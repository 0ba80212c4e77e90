// Made by `npm run contracts -- generate` from topics/; do not edit.

import type {
  AddToCartData,
  BeginCheckoutData,
  CustomAnalyticsData,
  PageViewData,
  ProductViewData,
  PurchaseData,
  RemoveFromCartData,
  SearchData,
} from './types/analytics-events.ts';
import type {
  AuditAccessDeniedData,
  AuditLoginFailedData,
  AuditRecordedData,
} from './types/audit-events.ts';
import type {
  CartAbandonedData,
  CartCheckedOutData,
  CartClearedData,
  CartItemAddedData,
  CartItemRemovedData,
} from './types/cart-events.ts';
import type {
  InventoryReleaseRequestedData,
  InventoryReleasedData,
  InventoryReservationFailedData,
  InventoryReservationRequestedData,
  InventoryReservedData,
  InventoryStockLowData,
  InventoryStockUpdatedData,
} from './types/inventory-events.ts';
import type {
  NotificationFailedData,
  NotificationRequestedData,
  NotificationSentData,
} from './types/notification-events.ts';
import type {
  OrderCancelRequestedData,
  OrderCancelledData,
  OrderCompletedData,
  OrderCreatedData,
  OrderStatusUpdatedData,
} from './types/order-events.ts';
import type {
  PaymentCompletedData,
  PaymentFailedData,
  PaymentRefundFailedData,
  PaymentRefundRequestedData,
  PaymentRefundedData,
  PaymentRequestedData,
} from './types/payment-events.ts';
import type {
  ProductCreatedData,
  ProductDiscontinuedData,
  ProductPriceChangedData,
  ProductUpdatedData,
} from './types/product-events.ts';
import type {
  CouponRedeemedData,
  CouponReleasedData,
  PromotionActivatedData,
  PromotionCreatedData,
  PromotionEndedData,
} from './types/promotion-events.ts';
import type {
  ReviewApprovedData,
  ReviewRejectedData,
  ReviewSubmittedData,
} from './types/review-events.ts';
import type {
  ShipmentCancelRequestedData,
  ShipmentCancelledData,
  ShipmentCreatedData,
  ShipmentDeliveredData,
  ShipmentDispatchedData,
  ShipmentFailedData,
  ShipmentRequestedData,
  ShipmentReturnCancelRequestedData,
  ShipmentReturnCancelledData,
  ShipmentReturnFailedData,
  ShipmentReturnRequestedData,
  ShipmentReturnedData,
} from './types/shipping-events.ts';
import type {
  UserDeletedData,
  UserLoginData,
  UserProfileUpdatedData,
  UserRegisteredData,
} from './types/user-events.ts';

export type * from './types/analytics-events.ts';
export type * from './types/audit-events.ts';
export type * from './types/cart-events.ts';
export type * from './types/inventory-events.ts';
export type * from './types/notification-events.ts';
export type * from './types/order-events.ts';
export type * from './types/payment-events.ts';
export type * from './types/product-events.ts';
export type * from './types/promotion-events.ts';
export type * from './types/review-events.ts';
export type * from './types/shipping-events.ts';
export type * from './types/user-events.ts';

export interface EventDataByType {
  readonly 'analytics.add_to_cart': AddToCartData;
  readonly 'analytics.begin_checkout': BeginCheckoutData;
  readonly 'analytics.custom': CustomAnalyticsData;
  readonly 'analytics.page_view': PageViewData;
  readonly 'analytics.product_view': ProductViewData;
  readonly 'analytics.purchase': PurchaseData;
  readonly 'analytics.remove_from_cart': RemoveFromCartData;
  readonly 'analytics.search': SearchData;
  readonly 'audit.access.denied': AuditAccessDeniedData;
  readonly 'audit.login.failed': AuditLoginFailedData;
  readonly 'audit.recorded': AuditRecordedData;
  readonly 'cart.abandoned': CartAbandonedData;
  readonly 'cart.checked_out': CartCheckedOutData;
  readonly 'cart.cleared': CartClearedData;
  readonly 'cart.item.added': CartItemAddedData;
  readonly 'cart.item.removed': CartItemRemovedData;
  readonly 'inventory.release.requested': InventoryReleaseRequestedData;
  readonly 'inventory.released': InventoryReleasedData;
  readonly 'inventory.reservation.failed': InventoryReservationFailedData;
  readonly 'inventory.reservation.requested': InventoryReservationRequestedData;
  readonly 'inventory.reserved': InventoryReservedData;
  readonly 'inventory.stock.low': InventoryStockLowData;
  readonly 'inventory.stock.updated': InventoryStockUpdatedData;
  readonly 'notification.failed': NotificationFailedData;
  readonly 'notification.requested': NotificationRequestedData;
  readonly 'notification.sent': NotificationSentData;
  readonly 'order.cancel.requested': OrderCancelRequestedData;
  readonly 'order.cancelled': OrderCancelledData;
  readonly 'order.completed': OrderCompletedData;
  readonly 'order.created': OrderCreatedData;
  readonly 'order.status.updated': OrderStatusUpdatedData;
  readonly 'payment.completed': PaymentCompletedData;
  readonly 'payment.failed': PaymentFailedData;
  readonly 'payment.refund.failed': PaymentRefundFailedData;
  readonly 'payment.refund.requested': PaymentRefundRequestedData;
  readonly 'payment.refunded': PaymentRefundedData;
  readonly 'payment.requested': PaymentRequestedData;
  readonly 'product.created': ProductCreatedData;
  readonly 'product.discontinued': ProductDiscontinuedData;
  readonly 'product.price.changed': ProductPriceChangedData;
  readonly 'product.updated': ProductUpdatedData;
  readonly 'coupon.redeemed': CouponRedeemedData;
  readonly 'coupon.released': CouponReleasedData;
  readonly 'promotion.activated': PromotionActivatedData;
  readonly 'promotion.created': PromotionCreatedData;
  readonly 'promotion.ended': PromotionEndedData;
  readonly 'review.approved': ReviewApprovedData;
  readonly 'review.rejected': ReviewRejectedData;
  readonly 'review.submitted': ReviewSubmittedData;
  readonly 'shipment.cancel.requested': ShipmentCancelRequestedData;
  readonly 'shipment.cancelled': ShipmentCancelledData;
  readonly 'shipment.created': ShipmentCreatedData;
  readonly 'shipment.delivered': ShipmentDeliveredData;
  readonly 'shipment.dispatched': ShipmentDispatchedData;
  readonly 'shipment.failed': ShipmentFailedData;
  readonly 'shipment.requested': ShipmentRequestedData;
  readonly 'shipment.return.cancel.requested': ShipmentReturnCancelRequestedData;
  readonly 'shipment.return.cancelled': ShipmentReturnCancelledData;
  readonly 'shipment.return.failed': ShipmentReturnFailedData;
  readonly 'shipment.return.requested': ShipmentReturnRequestedData;
  readonly 'shipment.returned': ShipmentReturnedData;
  readonly 'user.deleted': UserDeletedData;
  readonly 'user.login': UserLoginData;
  readonly 'user.profile.updated': UserProfileUpdatedData;
  readonly 'user.registered': UserRegisteredData;
}
