/** The part of the Web Storage interface that the tracker needs. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  keys(): string[];
}

export function memoryStorage(): KeyValueStorage {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
    keys: () => [...values.keys()],
  };
}

/** localStorage throws on access or on writing in private windows, sandboxes and when its quota is used up. */
export function browserStorage(): KeyValueStorage {
  const memory = memoryStorage();
  let local: Storage;
  try {
    local = window.localStorage;
    local.setItem('shop-analytics:probe', '1');
    local.removeItem('shop-analytics:probe');
  } catch {
    return memory;
  }
  return {
    getItem: (key) => memory.getItem(key) ?? local.getItem(key),
    setItem: (key, value) => {
      try {
        local.setItem(key, value);
        memory.removeItem(key);
      } catch {
        local.removeItem(key);
        memory.setItem(key, value);
      }
    },
    removeItem: (key) => {
      memory.removeItem(key);
      local.removeItem(key);
    },
    keys: () => [...new Set([...memory.keys(), ...Object.keys(local)])],
  };
}
