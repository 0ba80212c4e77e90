import { vi } from 'vitest';
import type { TrackedEvent } from './analytics.types';

export interface SentBatch {
  readonly batch: readonly TrackedEvent[];
  readonly sentAt: string;
  readonly writeKey: string;
}

export type Answer = () => Response | Promise<Response>;

export const accepted: Answer = () => Response.json({ accepted: 0, rejected: [] }, { status: 202 });
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(null, { status: code, headers });
export const unreachable: Answer = () => Promise.reject(new TypeError('Failed to fetch'));

/** A server that gives its answers one after another, and the last one for ever. */
export function fakeServer(...answers: Answer[]) {
  const batches: SentBatch[] = [];
  const requests: RequestInit[] = [];
  const queue = [...answers];
  let last: Answer = accepted;
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    requests.push(init);
    batches.push(JSON.parse(String(init.body)) as SentBatch);
    last = queue.shift() ?? last;
    return Promise.resolve(last());
  });
  return {
    batches,
    requests,
    events: () => batches.flatMap(({ batch }) => batch),
    answerNow: (answer: Answer) => {
      queue.length = 0;
      last = answer;
    },
  };
}
