import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import type { Parts } from './environment.ts';

const REPLICAS = 3;
const LOOK_AGAIN_MS = 50;
const GONE_WITHIN_MS = 30_000;

/** Makes topics and takes them away again, with what else carries their name. */
export class Cluster {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  async create(topic: string, partitions: number): Promise<void> {
    await this.withAdmin((admin) => admin.createTopics({ topics: [topic], partitions, replicas: REPLICAS }));
  }

  /** Which of these topics and their dead-letter topics there are. */
  async thereOf(topics: readonly string[]): Promise<string[]> {
    const existing = new Set(await this.withAdmin((admin) => admin.listTopics()));
    return topics.flatMap((topic) => [topic, `${topic}.dlq`]).filter((topic) => existing.has(topic));
  }

  /** The topics, their dead-letter topics and their subjects in the registry. */
  async remove(topics: readonly string[]): Promise<void> {
    const made = await this.thereOf(topics);
    if (made.length > 0) await this.withAdmin((admin) => admin.deleteTopics({ topics: made }));
    const deadline = performance.now() + GONE_WITHIN_MS;
    while ((await this.thereOf(topics)).length > 0) {
      if (performance.now() > deadline) throw new Error('Topics are still there after they were deleted.');
      await delay(LOOK_AGAIN_MS);
    }
    const answer = await fetch(`${this.parts.registryUrl}/subjects`);
    if (!answer.ok) return;
    const subjects = (await answer.json()) as string[];
    for (const subject of subjects) {
      if (!topics.some((topic) => subject.startsWith(`${topic}-`))) continue;
      await fetch(`${this.parts.registryUrl}/subjects/${encodeURIComponent(subject)}`, { method: 'DELETE' });
    }
  }

  private async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [...this.parts.brokers] });
    try {
      return await work(admin);
    } finally {
      await admin.close();
    }
  }
}
