// Made by `npm run contracts -- generate` from topics/; do not edit.

/** A review is shown and counts. */
export interface ReviewApprovedData {
  readonly productId: string;
  readonly reviewId: string;
  /** 1 to 5. */
  readonly rating: number;
  /** Absent when no person looked. */
  readonly moderatorId?: string | undefined;
  readonly approvedAt: string;
}

/** A review will not be shown. */
export interface ReviewRejectedData {
  readonly productId: string;
  readonly reviewId: string;
  readonly reason: string;
  /** Absent when no person looked. */
  readonly moderatorId?: string | undefined;
  readonly rejectedAt: string;
}

/** A buyer wrote a review; it is not shown yet. */
export interface ReviewSubmittedData {
  readonly productId: string;
  readonly reviewId: string;
  readonly userId: string;
  readonly orderId?: string | undefined;
  /** 1 to 5. */
  readonly rating: number;
  readonly title?: string | undefined;
  readonly text: string;
  readonly submittedAt: string;
}
