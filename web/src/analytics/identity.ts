import type { KeyValueStorage } from './storage';
import { uuidV7 } from './uuid-v7';

const VISITOR_KEY = 'shop-analytics:visitor';
const SESSION_KEY = 'shop-analytics:session';
const SESSION_IDLE_MS = 30 * 60_000;
const SESSION_MAX_MS = 24 * 3_600_000;

interface Session {
  readonly id: string;
  readonly startedAt: number;
  readonly lastAt: number;
}

export interface Identity {
  anonymousId(): string;
  /** The running session; a new one after 30 idle minutes or 24 hours. */
  sessionId(): string;
  reset(): void;
}

export function createIdentity(storage: () => KeyValueStorage): Identity {
  const anonymousId = (): string => {
    const known = storage().getItem(VISITOR_KEY);
    if (known !== null) return known;
    const fresh = uuidV7();
    storage().setItem(VISITOR_KEY, fresh);
    return fresh;
  };
  const sessionId = (): string => {
    const now = Date.now();
    const known = readSession(storage().getItem(SESSION_KEY));
    const alive = known && now - known.lastAt < SESSION_IDLE_MS && now - known.startedAt < SESSION_MAX_MS;
    const session: Session = alive
      ? { ...known, lastAt: now }
      : { id: uuidV7(), startedAt: now, lastAt: now };
    storage().setItem(SESSION_KEY, JSON.stringify(session));
    return session.id;
  };
  const reset = (): void => {
    storage().removeItem(VISITOR_KEY);
    storage().removeItem(SESSION_KEY);
  };
  return { anonymousId, sessionId, reset };
}

function readSession(text: string | null): Session | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<Session>;
    const { id, startedAt, lastAt } = value;
    if (typeof id !== 'string' || typeof startedAt !== 'number' || typeof lastAt !== 'number') return null;
    return { id, startedAt, lastAt };
  } catch {
    return null;
  }
}
