/** Web Locks exist on https and localhost; the browser lets go of the locks of a page that has crashed. */
const locks = (): LockManager | undefined => navigator.locks as LockManager | undefined;

/** Shows other pages that the owner of `name` lives, until the answer is called. */
export function holdLock(name: string): () => void {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  // A sandboxed page is refused; others then judge it by the age of what it stored.
  locks()
    ?.request(name, () => held)
    .catch(letGo);
  return () => letGo();
}

/** Runs `work` when the owner of `name` is gone: by its lock, or by `otherwise` where locks cannot be had. */
export async function whenAbandoned(name: string, otherwise: () => boolean, work: () => void): Promise<void> {
  const byLock = await locks()
    ?.request(name, { ifAvailable: true }, (lock) => {
      if (lock) work();
      return true;
    })
    .catch(() => undefined);
  if (byLock === undefined && otherwise()) work();
}
