/** A server keeps a plan for each name on each connection, so their number has a limit. */
const MOST_NAMES = 200;

/**
 * Names for statements, so that the server parses and plans each once a connection. Statements that come after the
 * limit, as those whose text differs from call to call, go without; so do those with a `*`, whose answer changes with
 * the table while a newer version of the service migrates it.
 */
export class StatementNames {
  private readonly names = new Map<string, string>();

  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST_NAMES || text.includes('*')) return known;
    const name = `s${this.names.size}`;
    this.names.set(text, name);
    return name;
  }
}
