// Made by `npm run contracts -- generate` from topics/; do not edit.

/** A coupon was used by an order. */
export interface CouponRedeemedData {
  readonly promotionId: string;
  readonly couponCode: string;
  readonly orderId: string;
  readonly userId: string;
  readonly discount: number;
  readonly redeemedAt: string;
}

/** A used coupon is free again, since its order was undone. */
export interface CouponReleasedData {
  readonly promotionId: string;
  readonly couponCode: string;
  readonly orderId: string;
  readonly reason: string;
  readonly releasedAt: string;
}

/** A promotion began to apply. */
export interface PromotionActivatedData {
  readonly promotionId: string;
  readonly activatedAt: string;
}

/** A promotion was planned. */
export interface PromotionCreatedData {
  readonly promotionId: string;
  readonly name: string;
  readonly kind: 'percentage' | 'fixed_amount' | 'free_shipping';
  /** Per cent or amount, by kind; 0 for free shipping. */
  readonly value: number;
  /** Absent: applies without a code. */
  readonly couponCode?: string | undefined;
  readonly minimumTotal?: number | undefined;
  readonly maxRedemptions?: number | undefined;
  readonly startsAt: string;
  readonly endsAt?: string | undefined;
  readonly createdAt: string;
}

/** A promotion no longer applies. */
export interface PromotionEndedData {
  readonly promotionId: string;
  readonly reason: 'expired' | 'used_up' | 'stopped';
  readonly endedAt: string;
}
