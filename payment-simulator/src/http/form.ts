import qs from 'qs';
import { invalidRequest } from '../errors/stripe-failure.ts';

export type Form = Readonly<Record<string, unknown>>;

const METADATA_KEYS = 50;
const METADATA_KEY_LENGTH = 40;
const METADATA_VALUE_LENGTH = 500;

export function parseForm(text: string): Form {
  return qs.parse(text, { depth: 4, parameterLimit: 200, arrayLimit: 50 });
}

/** Reads a form field by field, and refuses what nobody read. Faults are Stripe's, with `param`. */
export class FormReader {
  readonly #form: Form;
  readonly #unread: Set<string>;

  constructor(form: unknown) {
    this.#form = typeof form === 'object' && form !== null ? (form as Form) : {};
    this.#unread = new Set(Object.keys(this.#form));
  }

  text(param: string, longest = 1_000): string | undefined {
    const value = this.#take(param);
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw invalidRequest('Invalid string.', { param });
    if (value.length > longest) {
      throw invalidRequest(`Invalid string: must be at most ${longest} characters.`, { param });
    }
    return value;
  }

  requiredText(param: string): string {
    return this.text(param) ?? missing(param);
  }

  integer(param: string, { min, max }: { min: number; max: number }): number | undefined {
    const text = this.text(param);
    if (text === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(text)) {
      throw invalidRequest(`Invalid integer: ${text}`, { code: 'parameter_invalid_integer', param });
    }
    const value = Number(text);
    if (value < min) {
      const message = `Invalid ${param}: must be greater than or equal to ${min}.`;
      throw invalidRequest(message, { code: 'parameter_invalid_integer', param });
    }
    if (value > max) {
      const message = `Invalid ${param}: must be no more than ${max}.`;
      throw invalidRequest(message, {
        code: param === 'amount' ? 'amount_too_large' : 'parameter_invalid_integer',
        param,
      });
    }
    return value;
  }

  requiredInteger(param: string, bounds: { min: number; max: number }): number {
    return this.integer(param, bounds) ?? missing(param);
  }

  boolean(param: string): boolean {
    const text = this.text(param);
    if (text === undefined || text === 'false') return false;
    if (text === 'true') return true;
    throw invalidRequest(`Invalid boolean: ${text}`, { param });
  }

  oneOf<T extends string>(param: string, values: readonly T[]): T | undefined {
    const text = this.text(param);
    if (text === undefined || (values as readonly string[]).includes(text)) return text as T | undefined;
    throw invalidRequest(`Invalid ${param}: must be one of ${values.join(', ')}`, { param });
  }

  metadata(): Record<string, string> {
    const value = this.#take('metadata');
    if (value === undefined || value === '') return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalidRequest('Invalid object', { param: 'metadata' });
    }
    const entries = Object.entries(value);
    if (entries.length > METADATA_KEYS) {
      throw invalidRequest(`Metadata can have at most ${METADATA_KEYS} keys.`, { param: 'metadata' });
    }
    const metadata: Record<string, string> = {};
    for (const [key, text] of entries) {
      const param = `metadata[${key}]`;
      if (key.length > METADATA_KEY_LENGTH) {
        throw invalidRequest(`Metadata keys are at most ${METADATA_KEY_LENGTH} characters long.`, { param });
      }
      if (typeof text !== 'string') throw invalidRequest('Metadata values must be strings.', { param });
      if (text.length > METADATA_VALUE_LENGTH) {
        throw invalidRequest(`Metadata values are at most ${METADATA_VALUE_LENGTH} characters long.`, {
          param,
        });
      }
      metadata[key] = text;
    }
    return metadata;
  }

  /** Fields of Stripe's that change nothing here. */
  ignore(...params: readonly string[]): void {
    for (const param of params) this.#unread.delete(param);
  }

  finish(): void {
    const [param] = this.#unread;
    if (param === undefined) return;
    throw invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }

  #take(param: string): unknown {
    this.#unread.delete(param);
    return this.#form[param];
  }
}

function missing(param: string): never {
  throw invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}
