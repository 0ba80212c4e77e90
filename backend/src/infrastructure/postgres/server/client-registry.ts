import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity';

interface Client extends ProcessIdentity {
  readonly id: string;
}

/**
 * Who uses the server. Every call needs the data directory's lock. A process that died without leaving is not
 * counted, and its line goes with the next write.
 */
export class ClientRegistry {
  constructor(private readonly path: string) {}

  /** The answer is for `leave`. One process may enter several times. */
  async enter(): Promise<string> {
    const client: Client = { ...ownIdentity(), id: randomUUID() };
    await this.write([...(await this.living()), client]);
    return client.id;
  }

  /** How many living clients remain. */
  async leave(id: string): Promise<number> {
    const others = (await this.living()).filter((client) => client.id !== id);
    await this.write(others);
    return others.length;
  }

  private async living(): Promise<Client[]> {
    try {
      const clients = JSON.parse(await readFile(this.path, 'utf8')) as Client[];
      return clients.filter(isAlive);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private async write(clients: readonly Client[]): Promise<void> {
    await writeFile(`${this.path}.draft`, JSON.stringify(clients), { mode: 0o600 });
    await rename(`${this.path}.draft`, this.path);
  }
}
