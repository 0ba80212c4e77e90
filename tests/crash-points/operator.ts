import { call } from '../support/customer';

interface Letter {
  readonly id: string;
  readonly status: string;
}

const DONE = ['resolved', 'skipped'];

/** Decides about dead letters, at the interface for operators. */
export class Operator {
  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
  ) {}

  /** One look at the letters of a key: decides about those that are dead. Whether one has been settled. */
  async settle(key: string, act: 'retry' | 'skip'): Promise<boolean> {
    const { status, body } = await this.call<{ items: readonly Letter[] }>('GET', `?key=${key}`);
    if (status !== 200) return false;
    const dead = body.items.filter((letter) => letter.status === 'dead');
    for (const { id } of dead) await this.call('POST', `/${id}/${act}`, {});
    return dead.length === 0 && body.items.some((letter) => DONE.includes(letter.status));
  }

  private call<Body>(method: string, path: string, body?: unknown) {
    const authorization = `Bearer ${this.token}`;
    return call<Body>(this.baseUrl, method, `/ops/api/dead-letters${path}`, body, { authorization });
  }
}
