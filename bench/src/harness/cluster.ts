import { Admin } from '@platformatic/kafka';
import type { Parts } from './environment.ts';

const REPLICAS = 3;

/** Makes topics and takes them away again, with what else carries their name. */
export class Cluster {
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  async create(topic: string, partitions: number): Promise<void> {
    await this.withAdmin((admin) => admin.createTopics({ topics: [topic], partitions, replicas: REPLICAS }));
  }

  /** The topics, their dead-letter topics and their subjects in the registry. */
  async remove(topics: readonly string[]): Promise<void> {
    await this.withAdmin(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const made = topics.flatMap((topic) => [topic, `${topic}.dlq`]).filter((topic) => existing.has(topic));
      if (made.length > 0) await admin.deleteTopics({ topics: made });
    });
    const answer = await fetch(`${this.parts.registryUrl}/subjects`);
    if (!answer.ok) return;
    const subjects = (await answer.json()) as string[];
    for (const subject of subjects) {
      if (!topics.some((topic) => subject.startsWith(`${topic}-`))) continue;
      await fetch(`${this.parts.registryUrl}/subjects/${encodeURIComponent(subject)}`, { method: 'DELETE' });
    }
  }

  private async withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [...this.parts.brokers] });
    try {
      await work(admin);
    } finally {
      await admin.close();
    }
  }
}
