// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { JsonObject } from '../../avro/json-value.ts';

/** Someone asked for what they may not have. */
export interface AuditAccessDeniedData {
  readonly actorId: string;
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  readonly ipAddress?: string | undefined;
  readonly at: string;
}

/** Someone failed to sign in. */
export interface AuditLoginFailedData {
  /** The account, or a digest of the address where there is none. */
  readonly actorId: string;
  readonly email?: string | undefined;
  readonly reason: string;
  readonly ipAddress: string;
  readonly userAgent?: string | undefined;
  readonly at: string;
}

/** Someone with special rights did something. */
export interface AuditRecordedData {
  readonly auditId: string;
  readonly actorId: string;
  readonly action: string;
  readonly resource: string;
  /** Topic, partition and offset name the record that was acted on. */
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  readonly eventType?: string | undefined;
  readonly eventId?: string | undefined;
  readonly at: string;
  /** A JSON object. */
  readonly details?: JsonObject | undefined;
}
