// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { AvroRecord } from '../avro/avro-schema.ts';
import type { EventDataByType } from './event-data.ts';
import {
  addToCartV1,
  beginCheckoutV1,
  customAnalyticsV1,
  pageViewV1,
  productViewV1,
  purchaseV1,
  removeFromCartV1,
  searchV1,
} from './schemas/analytics-events.ts';
import {
  auditAccessDeniedV1,
  auditLoginFailedV1,
  auditRecordedV1,
} from './schemas/audit-events.ts';
import {
  cartAbandonedV1,
  cartCheckedOutV1,
  cartClearedV1,
  cartItemAddedV1,
  cartItemRemovedV1,
} from './schemas/cart-events.ts';
import {
  inventoryReleaseRequestedV1,
  inventoryReleasedV1,
  inventoryReservationFailedV1,
  inventoryReservationRequestedV1,
  inventoryReservedV1,
  inventoryStockLowV1,
  inventoryStockUpdatedV1,
} from './schemas/inventory-events.ts';
import {
  notificationFailedV1,
  notificationRequestedV1,
  notificationSentV1,
} from './schemas/notification-events.ts';
import {
  orderCancelRequestedV1,
  orderCancelledV1,
  orderCompletedV1,
  orderCreatedV1,
  orderStatusUpdatedV1,
} from './schemas/order-events.ts';
import {
  paymentCompletedV1,
  paymentFailedV1,
  paymentRefundFailedV1,
  paymentRefundRequestedV1,
  paymentRefundedV1,
  paymentRequestedV1,
} from './schemas/payment-events.ts';
import {
  productCreatedV1,
  productDiscontinuedV1,
  productPriceChangedV1,
  productUpdatedV1,
} from './schemas/product-events.ts';
import {
  couponRedeemedV1,
  couponReleasedV1,
  promotionActivatedV1,
  promotionCreatedV1,
  promotionEndedV1,
} from './schemas/promotion-events.ts';
import {
  reviewApprovedV1,
  reviewRejectedV1,
  reviewSubmittedV1,
} from './schemas/review-events.ts';
import {
  shipmentCancelRequestedV1,
  shipmentCancelledV1,
  shipmentCreatedV1,
  shipmentDeliveredV1,
  shipmentDispatchedV1,
  shipmentFailedV1,
  shipmentRequestedV1,
  shipmentReturnCancelRequestedV1,
  shipmentReturnCancelledV1,
  shipmentReturnFailedV1,
  shipmentReturnRequestedV1,
  shipmentReturnedV1,
} from './schemas/shipping-events.ts';
import {
  userDeletedV1,
  userLoginV1,
  userProfileUpdatedV1,
  userRegisteredV1,
} from './schemas/user-events.ts';

/** Oldest version first. */
export const eventSchemas: Readonly<Record<keyof EventDataByType, readonly [AvroRecord, ...AvroRecord[]]>> = {
  'analytics.add_to_cart': [addToCartV1],
  'analytics.begin_checkout': [beginCheckoutV1],
  'analytics.custom': [customAnalyticsV1],
  'analytics.page_view': [pageViewV1],
  'analytics.product_view': [productViewV1],
  'analytics.purchase': [purchaseV1],
  'analytics.remove_from_cart': [removeFromCartV1],
  'analytics.search': [searchV1],
  'audit.access.denied': [auditAccessDeniedV1],
  'audit.login.failed': [auditLoginFailedV1],
  'audit.recorded': [auditRecordedV1],
  'cart.abandoned': [cartAbandonedV1],
  'cart.checked_out': [cartCheckedOutV1],
  'cart.cleared': [cartClearedV1],
  'cart.item.added': [cartItemAddedV1],
  'cart.item.removed': [cartItemRemovedV1],
  'inventory.release.requested': [inventoryReleaseRequestedV1],
  'inventory.released': [inventoryReleasedV1],
  'inventory.reservation.failed': [inventoryReservationFailedV1],
  'inventory.reservation.requested': [inventoryReservationRequestedV1],
  'inventory.reserved': [inventoryReservedV1],
  'inventory.stock.low': [inventoryStockLowV1],
  'inventory.stock.updated': [inventoryStockUpdatedV1],
  'notification.failed': [notificationFailedV1],
  'notification.requested': [notificationRequestedV1],
  'notification.sent': [notificationSentV1],
  'order.cancel.requested': [orderCancelRequestedV1],
  'order.cancelled': [orderCancelledV1],
  'order.completed': [orderCompletedV1],
  'order.created': [orderCreatedV1],
  'order.status.updated': [orderStatusUpdatedV1],
  'payment.completed': [paymentCompletedV1],
  'payment.failed': [paymentFailedV1],
  'payment.refund.failed': [paymentRefundFailedV1],
  'payment.refund.requested': [paymentRefundRequestedV1],
  'payment.refunded': [paymentRefundedV1],
  'payment.requested': [paymentRequestedV1],
  'product.created': [productCreatedV1],
  'product.discontinued': [productDiscontinuedV1],
  'product.price.changed': [productPriceChangedV1],
  'product.updated': [productUpdatedV1],
  'coupon.redeemed': [couponRedeemedV1],
  'coupon.released': [couponReleasedV1],
  'promotion.activated': [promotionActivatedV1],
  'promotion.created': [promotionCreatedV1],
  'promotion.ended': [promotionEndedV1],
  'review.approved': [reviewApprovedV1],
  'review.rejected': [reviewRejectedV1],
  'review.submitted': [reviewSubmittedV1],
  'shipment.cancel.requested': [shipmentCancelRequestedV1],
  'shipment.cancelled': [shipmentCancelledV1],
  'shipment.created': [shipmentCreatedV1],
  'shipment.delivered': [shipmentDeliveredV1],
  'shipment.dispatched': [shipmentDispatchedV1],
  'shipment.failed': [shipmentFailedV1],
  'shipment.requested': [shipmentRequestedV1],
  'shipment.return.cancel.requested': [shipmentReturnCancelRequestedV1],
  'shipment.return.cancelled': [shipmentReturnCancelledV1],
  'shipment.return.failed': [shipmentReturnFailedV1],
  'shipment.return.requested': [shipmentReturnRequestedV1],
  'shipment.returned': [shipmentReturnedV1],
  'user.deleted': [userDeletedV1],
  'user.login': [userLoginV1],
  'user.profile.updated': [userProfileUpdatedV1],
  'user.registered': [userRegisteredV1],
};
