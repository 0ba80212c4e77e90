// The child: runs one side, tells what it measured, ends.
import { fault, type SideModule, type ToChild, toParent } from './side.ts';

// Whoever started us is gone.
process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => process.exit(1));
process.on('unhandledRejection', async (error) => {
  await toParent({ kind: 'failed', message: fault(error) });
  process.exit(1);
});

process.once('message', async ({ name, params }: ToChild) => {
  try {
    const { run }: SideModule = await import(`../sides/${name}.ts`);
    const measured = await run(params, {
      ready: () => void toParent({ kind: 'ready' }),
      say: (text) => void toParent({ kind: 'said', text }),
    });
    const { user, system } = process.cpuUsage();
    await toParent({ kind: 'measured', measured: { ...measured, cpuMs: (user + system) / 1_000 } });
  } catch (error) {
    await toParent({ kind: 'failed', message: fault(error) });
  }
  // What a side has left open ends with it.
  process.exit(0);
});
