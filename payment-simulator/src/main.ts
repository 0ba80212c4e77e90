import { SimulatorError } from './errors/simulator.errors.ts';
import { startSimulator } from './simulator.ts';
import { readOptions } from './simulator.options.ts';

const say = (line: string): void => console.log(`payment simulator: ${line}`);
const complain = (line: string): void => console.error(`payment simulator: ${line}`);

function die(error: unknown): never {
  if (error instanceof SimulatorError) complain(`${error.message} (${error.code})`);
  else complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const options = readOptions(process.env);
  const simulator = await startSimulator(options, {
    onFatal: die,
    onUnexpected: (error, requestId) => complain(`${requestId} failed: ${error.stack ?? error.message}`),
  });
  if (simulator.droppedBytes > 0) {
    complain(`cut off ${simulator.droppedBytes} bytes of a write that never finished`);
  }
  const stop = (): void => {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    simulator.close().then(() => process.exit(0), die);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  say(`ready at ${simulator.url} (page /, GET /ledger, PUT /faults)`);
}

main().catch(die);
