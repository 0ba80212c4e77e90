/** Parked rows of one subscription, over the partitions that this process owns. */
export class ParkedCount {
  value = 0;

  add(change: number): void {
    this.value += change;
  }
}
