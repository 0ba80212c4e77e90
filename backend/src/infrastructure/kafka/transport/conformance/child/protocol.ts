import type { JoinOptions, LogRecord, OutgoingRecord, Position, TopicPartition } from '../../transport.port';
import type { Assigned } from '../support/member-record';

/** What the spec asks of the second process. Sent with V8's serializer, so that bigint and bytes pass as they are. */
export type ChildCall =
  | { readonly call: 'append'; readonly records: readonly OutgoingRecord[] }
  /** Appends one after another until `stopAppending`; the answer is how many were acknowledged. */
  | { readonly call: 'keepAppending'; readonly records: readonly OutgoingRecord[] }
  | { readonly call: 'stopAppending' }
  | { readonly call: 'join'; readonly options: JoinOptions }
  | { readonly call: 'commit'; readonly positions: readonly Position[] }
  | { readonly call: 'leave' }
  | { readonly call: 'close' };

export type ChildRequest = ChildCall & { readonly id: number };

export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'assigned'; readonly partitions: readonly Assigned[] }
  | { readonly kind: 'lost'; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: 'records'; readonly records: readonly LogRecord[] }
  | { readonly kind: 'failed'; readonly message: string; readonly fatal: boolean };
