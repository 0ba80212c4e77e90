const LOOK_EVERY_MS = 250;

/**
 * Calls `end` when the npm that runs us has gone. npm hands a signal to the shell between us, which dies of it and
 * does not pass it on. A process that no npm has started may outlive its parent.
 */
export function whenNpmIsGone(end) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, LOOK_EVERY_MS);
  timer.unref();
}
