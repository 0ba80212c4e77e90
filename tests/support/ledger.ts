/** A line of the payment simulator's ledger: minor units, and how often. */
export interface LedgerLine {
  readonly orderId: string;
  readonly captured: number;
  readonly refunded: number;
  readonly captures: number;
  readonly refunds: number;
}
