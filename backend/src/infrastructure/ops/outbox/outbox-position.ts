/** What names a refused row among those of all services; the list is sorted by it. */
export interface OutboxPosition {
  readonly service: string;
  readonly seq: string;
}

export const positionText = ({ service, seq }: OutboxPosition): string => `${seq} ${service}`;

const POSITION = /^(\d{1,18}) (.{1,200})$/;

export function positionOf(text: string): OutboxPosition | undefined {
  const [, seq, service] = POSITION.exec(text) ?? [];
  return seq === undefined || service === undefined ? undefined : { service, seq };
}

export function byPosition(a: OutboxPosition, b: OutboxPosition): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return Number(BigInt(a.seq) - BigInt(b.seq));
}
