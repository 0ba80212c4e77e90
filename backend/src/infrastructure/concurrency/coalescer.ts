interface Pending<In, Out> {
  readonly item: In;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes one call out of many: what is submitted while a call is under way goes together into the next one, so one
 * alone never waits and many cost little. The answers come in the order of the items.
 */
export class Coalescer<In, Out> {
  private waiting: Pending<In, Out>[] = [];
  private underWay = 0;
  private scheduled = false;

  constructor(
    private readonly call: (items: readonly In[]) => Promise<readonly Out[]>,
    private readonly limits: { readonly items: number; readonly calls: number },
  ) {}

  submit(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.scheduled || this.underWay >= this.limits.calls) return;
      this.scheduled = true;
      // After this turn, so that what is submitted side by side goes together.
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    });
  }

  private flush(): void {
    while (this.waiting.length > 0 && this.underWay < this.limits.calls) {
      const batch = this.waiting.splice(0, this.limits.items);
      this.underWay += 1;
      void this.run(batch).finally(() => {
        this.underWay -= 1;
        this.flush();
      });
    }
  }

  private async run(batch: readonly Pending<In, Out>[]): Promise<void> {
    try {
      const answers = await this.call(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Out);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
