// check_violation: PostgreSQL manual, appendix A.
const CHECK_VIOLATION = '23514';

/**
 * A row was on its way to the default partition, waited for its lock, and found that a week of its own had been
 * attached meanwhile. Run again, its transaction finds the week.
 */
export const isWeekJustMade = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, table, constraint } = error as { code?: unknown; table?: unknown; constraint?: unknown };
  return code === CHECK_VIOLATION && table === 'inbox_default' && constraint === undefined;
};
