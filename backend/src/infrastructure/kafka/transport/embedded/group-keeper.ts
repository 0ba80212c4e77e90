import type { EmbeddedMember } from './embedded-member';
import type { GroupStore } from './group-store';
import { Recurring } from './recurring';
import type { WakeChannel } from './wake-channel';

/** Renews the leases of all members of this process in one statement, and rebalances groups that need it. */
export class GroupKeeper {
  private readonly members = new Set<EmbeddedMember>();
  private readonly beat: Recurring;

  constructor(
    private readonly store: GroupStore,
    private readonly wake: WakeChannel,
    private readonly heartbeatMs: number,
  ) {
    this.beat = new Recurring({
      everyMs: () => this.interval(),
      work: () => this.renew(),
      failed: (error) => {
        for (const member of [...this.members]) member.heardNothing(error);
      },
    });
  }

  start(): void {
    this.beat.start();
  }

  stop(): Promise<void> {
    return this.beat.stop();
  }

  add(member: EmbeddedMember): void {
    this.members.add(member);
    this.changed();
  }

  remove(member: EmbeddedMember): void {
    this.members.delete(member);
  }

  /** A group's members changed by this process: the other processes look at once. */
  changed(): void {
    this.wake.tell('groups');
    void this.lookSoon();
  }

  lookSoon(): Promise<void> {
    return this.beat.soon();
  }

  private interval(): number {
    const shortest = Math.min(...[...this.members].map(({ leaseMs }) => leaseMs));
    return Math.min(this.heartbeatMs, shortest / 3);
  }

  private async renew(): Promise<void> {
    const members = [...this.members];
    if (members.length === 0) return;
    const begun = performance.now();
    const signs = await this.store.signsOfLife(members);
    const byMember = new Map(signs.map((sign) => [sign.memberId, sign]));
    for (const member of members) {
      const sign = byMember.get(member.memberId);
      if (sign) member.heard(sign.generation, begun);
      else member.removed();
    }
    const uneven = new Set(signs.filter((sign) => sign.uneven).map(({ group }) => group));
    for (const group of uneven) await this.rebalance(group);
  }

  private async rebalance(group: string): Promise<void> {
    const members = [...this.members].filter((member) => member.group === group);
    const ids = members.map(({ memberId }) => memberId);
    if (!(await this.store.rebalance(group, ids))) return;
    this.wake.tell('groups');
    for (const member of members) member.refresh();
  }
}
