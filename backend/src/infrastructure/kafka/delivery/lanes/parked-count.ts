/** Parked rows of one subscription, over the partitions that this process owns. */
export class ParkedCount {
  value = 0;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly most: number) {}

  get full(): boolean {
    return this.value >= this.most;
  }

  add(change: number): void {
    const before = this.full;
    this.value += change;
    if (this.full !== before) for (const listener of this.listeners) listener();
  }

  /** Called when the limit is reached, and when there is room again. Returns how to stop listening. */
  onTurn(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
