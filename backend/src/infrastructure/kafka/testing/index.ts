/** What an application needs to test its handlers. Never imported by what runs in production. */
export type { ObservedOutcome, Outcome } from '../delivery/outcome-observer';
export { deliver } from './deliver';
export type { DeliveryReport, HandlerRun, Scenario, ScenarioReport } from './delivery-report';
export type { HandlerParts, HandlerUnderTest } from './handler-under-test';
export {
  HandlerProbe,
  type ProbeOptions,
  type ProbeSource,
  type WaitOptions,
  type WantedOutcome,
} from './handler-probe';
export { HandlerNotTestableError, OutcomeNotSeenError } from './testing.errors';
