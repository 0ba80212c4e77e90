import { useEffect, useEffectEvent, useState } from 'react';
import { openEventStream, type StreamState } from '@/api/event-stream';
import type { ProblemError } from '@/api/problem';
import type { SseMessage } from '@/api/sse-parser';

export interface UseEventStreamOptions {
  /** Null leaves the stream closed. */
  readonly url: string | null;
  readonly onMessage: (message: SseMessage) => void;
}

export interface EventStreamView {
  readonly state: StreamState;
  readonly refusal: ProblemError | null;
}

export function useEventStream({ url, onMessage }: UseEventStreamOptions): EventStreamView {
  const [state, setState] = useState<StreamState>('connecting');
  const [refusal, setRefusal] = useState<ProblemError | null>(null);
  const receive = useEffectEvent(onMessage);
  useEffect(() => {
    if (url === null) return;
    let current = true;
    const close = openEventStream({
      url,
      onMessage: (message) => receive(message),
      onState: (next) => current && setState(next),
      onRefused: (error) => current && setRefusal(error),
    });
    return () => {
      current = false;
      close();
    };
  }, [url]);
  return { state: url === null ? 'closed' : state, refusal };
}
