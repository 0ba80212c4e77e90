export interface Session {
  readonly accessToken: string;
  readonly userId: string;
  readonly email: string;
}

const KEY = 'shop:session';
const listeners = new Set<() => void>();
let current: Session | null | undefined;

function read(): Session | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Session> | null;
    if (typeof value?.accessToken !== 'string' || typeof value.userId !== 'string') return null;
    return { accessToken: value.accessToken, userId: value.userId, email: value.email ?? '' };
  } catch {
    return null;
  }
}

function write(session: Session | null): void {
  current = session;
  try {
    if (session) localStorage.setItem(KEY, JSON.stringify(session));
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the log-in lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

/** Who is logged in; a change in another tab is seen here as well. */
export const sessionStore = {
  get(): Session | null {
    current ??= read();
    return current;
  },
  set: write,
  clear: (): void => write(null),
  subscribe(listener: () => void): () => void {
    const onStorage = (event: StorageEvent): void => {
      if (event.key !== KEY) return;
      current = read();
      listener();
    };
    listeners.add(listener);
    window.addEventListener('storage', onStorage);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', onStorage);
    };
  },
};
