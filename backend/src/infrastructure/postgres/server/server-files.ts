import { join } from 'node:path';

/** What the embedded server keeps under DATA_DIR. */
export interface ServerFiles {
  readonly root: string;
  /** PostgreSQL's own directory, of the user that runs it. */
  readonly cluster: string;
  /** A cluster being made: renamed to `cluster` when complete. */
  readonly draft: string;
  /** Password of the superuser, mode 0600, made once. */
  readonly secret: string;
  /** PostgreSQL's output. */
  readonly log: string;
  /** Held for the length of a start or a stop. */
  readonly lock: string;
  /** One line per process that uses the server. */
  readonly clients: string;
}

export function serverFiles(root: string): ServerFiles {
  return {
    root,
    cluster: join(root, 'postgres'),
    draft: join(root, 'postgres.draft'),
    secret: join(root, 'postgres.secret'),
    log: join(root, 'postgres.log'),
    lock: join(root, 'postgres.lock'),
    clients: join(root, 'postgres.clients'),
  };
}
