// Made by `npm run contracts -- generate` from topics/; do not edit.

/** The amount is captured. */
export interface PaymentCompletedData {
  readonly orderId: string;
  readonly paymentId: string;
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly completedAt: string;
}

/** The provider refused for good; nothing was captured. */
export interface PaymentFailedData {
  readonly orderId: string;
  readonly code: string;
  readonly message: string;
  readonly failedAt: string;
  readonly paymentId?: string | undefined;
}

/** The provider refused the refund for good; a person must act. */
export interface PaymentRefundFailedData {
  readonly orderId: string;
  readonly code: string;
  readonly message: string;
  readonly amountAtRisk: number;
  readonly paymentId?: string | undefined;
  readonly failedAt?: string | undefined;
}

/** Asks to make an order not paid: cancel, or refund what was captured. */
export interface PaymentRefundRequestedData {
  readonly orderId: string;
  readonly reason: string;
  readonly requestedAt?: string | undefined;
}

/** The order is not paid; the answer is definitive. */
export interface PaymentRefundedData {
  readonly orderId: string;
  /** Absent when no payment had been started. */
  readonly paymentId?: string | undefined;
  /** 0 when nothing had been captured. */
  readonly amount: number;
  readonly refundedAt: string;
  readonly refundId?: string | undefined;
  /** ISO 4217. */
  readonly currency?: string | undefined;
}

/** Asks for the total of an order to be captured. */
export interface PaymentRequestedData {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly paymentMethod: string;
  /** After it no answer is waited for. */
  readonly deadline: string;
}
