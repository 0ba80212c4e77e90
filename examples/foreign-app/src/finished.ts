/** Resolves when the last event of the example has been handled. */
export class Finished {
  private readonly settled = Promise.withResolvers<void>();
  readonly promise = this.settled.promise;

  tell(): void {
    this.settled.resolve();
  }
}
