/** A meeting point: everybody of a round waits until all of them are there. */
export class Rendezvous {
  private readonly rounds = new Map<number, { arrived: number; readonly all: PromiseWithResolvers<void> }>();
  /** Rounds whose people met, in order. */
  readonly met: number[] = [];

  constructor(private readonly size: number) {}

  arrive(round: number): Promise<void> {
    const meeting = this.rounds.get(round) ?? { arrived: 0, all: Promise.withResolvers<void>() };
    this.rounds.set(round, meeting);
    meeting.arrived += 1;
    if (meeting.arrived === this.size) {
      this.met.push(round);
      meeting.all.resolve();
    }
    return meeting.all.promise;
  }
}
