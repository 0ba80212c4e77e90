export interface Profile {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly isEmailVerified: boolean;
  readonly registeredAt: string;
}

export interface OrderHistoryEntry {
  readonly orderId: string;
  readonly status: string;
  readonly total: number;
  readonly currency: string | null;
  readonly itemCount: number;
  readonly createdAt: string;
}
