/** Asynchronous work one after another where it shares a lane, side by side where it does not. */
export class LaneTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Begins at once, synchronously, when nothing of these lanes is under way. */
  readonly run = <T>(lanes: readonly string[], work: () => Promise<T>): Promise<T> => {
    const before = lanes.flatMap((lane) => this.last.get(lane) ?? []);
    const result = before.length === 0 ? begin(work) : Promise.allSettled(before).then(work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    for (const lane of lanes) this.last.set(lane, settled);
    void settled.then(() => {
      for (const lane of lanes) if (this.last.get(lane) === settled) this.last.delete(lane);
    });
    return result;
  };

  /** Resolves when all that is under way now has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.last.values());
  }
}

async function begin<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
