import { FRESH_PLAN } from './sql';

/** A server keeps a plan for each name on each connection, so their number has a limit. */
const MOST_NAMES = 200;

/** A star for whatever columns a table has; not `count(*)`, a product, or the columns that `unnest` is given here. */
const TABLE_COLUMNS = /(?:\bselect|\breturning|\bdistinct|,|\.)\s*\*(?!\s*from\s+unnest\b)/i;

/**
 * Names for statements, so that the server parses and plans each once a connection. Statements that come after the
 * limit, as those whose text differs from call to call, go without; so do those with a `*` for a
 * table's columns, whose answer changes with the table while a newer version of the service migrates it, and those with
 * `sql.freshPlan`.
 */
export class StatementNames {
  private readonly names = new Map<string, string>();

  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST_NAMES || needsFreshPlan(text)) return known;
    const name = `s${this.names.size}`;
    this.names.set(text, name);
    return name;
  }
}

const needsFreshPlan = (text: string): boolean => text.includes(FRESH_PLAN) || TABLE_COLUMNS.test(text);
