import { CodedError } from '@/infrastructure/errors/coded-error';

/** The command line cannot be understood; the usage is shown with it, exit status 2. */
export class UsageError extends Error {}

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** One command to its exit status: 0 done, 1 refused or failed, 2 not understood. */
export async function runCommand(usage: string, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (isUsage(error)) {
      complain(`${error.message}\n\n${usage}`);
      return 2;
    }
    if (!(error instanceof CodedError)) throw error;
    complain(`${error.code}: ${error.message}`);
    for (const { path, message } of error.faults) complain(`  ${path}: ${message}`);
    return 1;
  }
}

// `parseArgs` throws TypeErrors with codes such as ERR_PARSE_ARGS_UNKNOWN_OPTION.
const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS'));
