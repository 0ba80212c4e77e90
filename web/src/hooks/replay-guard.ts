import type { AnalyticsEventName, KafkaAnalytics } from '@/analytics';

interface Call {
  readonly fingerprint: string;
  readonly messageId: string;
}

export interface ReplayGuard {
  readonly analytics: KafkaAnalytics;
  /** Called at the clean-up of the component's effects; React replays them within the same task, or never. */
  effectsWillReplay(): void;
}

/** Answers a replayed call with the first one's message id; the memory lasts for the running task only. */
export function replayGuard(tracker: () => KafkaAnalytics): ReplayGuard {
  let calls: Call[] = [];
  let replayed: Call[] = [];
  let forgetting = false;

  const forgetAfterTask = (): void => {
    if (forgetting) return;
    forgetting = true;
    queueMicrotask(() => {
      forgetting = false;
      calls = [];
      replayed = [];
    });
  };

  const trackEvent: KafkaAnalytics['trackEvent'] = (name, properties, options) => {
    const fingerprint = fingerprintOf(name, properties);
    const known = replayed.findIndex((call) => call.fingerprint === fingerprint);
    if (known !== -1) return replayed.splice(known, 1)[0]?.messageId ?? '';
    const messageId = tracker().trackEvent(name, properties, options);
    calls.push({ fingerprint, messageId });
    forgetAfterTask();
    return messageId;
  };

  return {
    analytics: {
      trackEvent,
      trackPage: (name) => tracker().trackPage(name),
      identify: (userId) => tracker().identify(userId),
      reset: () => tracker().reset(),
      setConsent: (consent) => tracker().setConsent(consent),
      flush: () => tracker().flush(),
      getState: () => tracker().getState(),
      subscribe: (listener) => tracker().subscribe(listener),
      close: () => tracker().close(),
    },
    effectsWillReplay: () => {
      replayed = calls;
      calls = [];
    },
  };
}

function fingerprintOf(name: AnalyticsEventName, properties: object): string {
  try {
    return `${name} ${JSON.stringify(properties)}`;
  } catch {
    return `${name} (not serializable)`;
  }
}
