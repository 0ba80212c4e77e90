export type StripeErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

export interface StripeErrorDetails {
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly charge?: string;
  readonly payment_intent?: unknown;
}

/** A refusal in the words of Stripe's API: what the client reads as `{ error: … }` with its HTTP status. */
export class StripeFailure extends Error {
  readonly status: number;
  readonly type: StripeErrorType;
  readonly details: StripeErrorDetails;

  constructor(status: number, type: StripeErrorType, message: string, details: StripeErrorDetails = {}) {
    super(message);
    this.name = 'StripeFailure';
    this.status = status;
    this.type = type;
    this.details = details;
  }

  toBody(): { error: Record<string, unknown> } {
    return { error: { ...this.details, message: this.message, type: this.type } };
  }
}

export function invalidRequest(message: string, details: StripeErrorDetails = {}): StripeFailure {
  return new StripeFailure(400, 'invalid_request_error', message, details);
}

export function noSuch(resource: string, id: string, param: string, status = 404): StripeFailure {
  return new StripeFailure(status, 'invalid_request_error', `No such ${resource}: '${id}'`, {
    code: 'resource_missing',
    param,
  });
}
