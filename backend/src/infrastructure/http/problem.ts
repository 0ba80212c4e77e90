import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';
import { isUnavailable } from '@/infrastructure/postgres/database.errors';
import { RetryLaterError } from './http.errors';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457, with the stable `code` that clients decide by. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly faults?: readonly Fault[];
  readonly correlationId?: string;
}

interface Reason {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly faults?: readonly Fault[];
}

const DEFAULT_RETRY_AFTER_SECONDS = 1;

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  414: 'URL_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

const CODE_OF_FASTIFY_ERROR: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_BAD_URL: 'MALFORMED_URL',
};

/** What a client is told of an error: never a stack, and nothing of an error we did not throw on purpose. */
export function toProblem(error: unknown, correlationId?: string): Problem {
  const { status, code, detail, faults } = reasonOf(error);
  return {
    type: `urn:shop:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(faults && faults.length > 0 ? { faults } : {}),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

/** Undefined where coming again makes no sense. */
export function retryAfterSeconds(error: unknown, status: number): number | undefined {
  if (error instanceof RetryLaterError) return error.retryAfterSeconds;
  return status === 503 || status === 429 ? DEFAULT_RETRY_AFTER_SECONDS : undefined;
}

function reasonOf(error: unknown): Reason {
  if (error instanceof CodedError) {
    return { status: error.status, code: error.code, detail: detailOf(error), faults: error.faults };
  }
  if (isUnavailable(error)) {
    return { status: 503, code: 'DATABASE_UNAVAILABLE', detail: 'The database does not answer.' };
  }
  if (error instanceof HttpException) return fromHttpException(error);
  if (isRefusalOfFramework(error)) {
    const code = codeOfFramework(error) ?? CODE_OF_STATUS[error.statusCode] ?? 'BAD_REQUEST';
    return { status: error.statusCode, code, detail: error.message };
  }
  return internal();
}

function isRefusalOfFramework(error: unknown): error is Error & { readonly statusCode: number } {
  if (!(error instanceof Error) || error.name !== 'FastifyError') return false;
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

function fromHttpException(error: HttpException): Reason {
  const status = error.getStatus();
  if (status >= 500) return { ...internal(), status };
  const code =
    codeOfFramework(error.cause) ?? codeOfMessage(error) ?? CODE_OF_STATUS[status] ?? 'BAD_REQUEST';
  return { status, code, detail: error.message };
}

function codeOfFramework(cause: unknown): string | undefined {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? CODE_OF_FASTIFY_ERROR[code] : undefined;
}

// A syntax error of the JSON parser reaches us as a bare 400 with the parser's message as its cause.
function codeOfMessage(error: HttpException): string | undefined {
  return error.getStatus() === 400 && error.cause instanceof SyntaxError ? 'MALFORMED_JSON' : undefined;
}

// The message of a server fault may hold table names or addresses; the log has it under the correlation id.
function detailOf(error: CodedError): string {
  return error.status === 500 ? internal().detail : error.message;
}

const internal = (): Reason => ({
  status: 500,
  code: 'INTERNAL_ERROR',
  detail: 'The request failed by a fault of the server.',
});
