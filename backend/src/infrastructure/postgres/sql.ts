const FRAGMENT = Symbol('sql-fragment');

/** A statement with its parameters apart. Only `sql` makes one, so a value can never become text. */
export interface SqlQuery {
  readonly [FRAGMENT]: true;
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

/** Template tag: `${value}` becomes a parameter, `${sql`…`}` is spliced, `${sql.id('name')}` is a quoted name. */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): SqlQuery {
  return { [FRAGMENT]: true, strings, values };
}

sql.id = (name: string): SqlQuery => ({
  [FRAGMENT]: true,
  strings: [`"${name.replaceAll('"', '""')}"`],
  values: [],
});

/** Within a statement over a table that is empty now and huge an hour later: no plan of it is kept. */
export const FRESH_PLAN = '/* planned anew */';
sql.freshPlan = { [FRAGMENT]: true, strings: [FRESH_PLAN], values: [] } satisfies SqlQuery as SqlQuery;

function isFragment(value: unknown): value is SqlQuery {
  return typeof value === 'object' && value !== null && FRAGMENT in value;
}

/** Texts of statements without fragments: a template is one object for as long as its code is there. */
const texts = new WeakMap<readonly string[], string>();

/** Flattens nested fragments into the text and values that `pg` takes. */
export function compile({ strings, values }: SqlQuery): { text: string; values: unknown[] } {
  if (values.some(isFragment)) return flatten({ [FRAGMENT]: true, strings, values });
  let text = texts.get(strings);
  if (text === undefined) texts.set(strings, (text = flatten({ [FRAGMENT]: true, strings, values }).text));
  return { text, values: [...values] };
}

function flatten(query: SqlQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const write = (part: SqlQuery): string =>
    part.strings.reduce((text, literal, index) => {
      if (index === 0) return literal;
      const value = part.values[index - 1];
      if (isFragment(value)) return text + write(value) + literal;
      values.push(value);
      return `${text}$${values.length}${literal}`;
    }, '');
  return { text: write(query), values };
}

/** Anything that runs statements: a pool, or one transaction. */
export interface SqlSession {
  rows<Row>(query: SqlQuery): Promise<Row[]>;
  /** The only row, undefined when there is none. */
  row<Row>(query: SqlQuery): Promise<Row | undefined>;
  /** Number of rows affected. */
  run(query: SqlQuery): Promise<number>;
}
