/**
 * Why an event was not run:
 *   handled   it has had its effect
 *   repeated  the same event had its effect from another offset
 *   parked    its lane waits in the live group, which runs it there
 *   dead      a dead letter of it waits for a person
 *   decided   a person skipped or discarded it
 *   notTaken  none of the chosen handlers takes its type
 *   tooOld    the inbox has forgotten what is this old, so whether it had its effect cannot be known
 *   expired   retention removed it before it was read
 */
export type LeftOut =
  | 'handled'
  | 'repeated'
  | 'parked'
  | 'dead'
  | 'decided'
  | 'notTaken'
  | 'tooOld'
  | 'expired';

export type DeadLetterStatus = 'dead' | 'retrying' | 'resolved' | 'edited' | 'skipped' | 'discarded';

/** Undefined where the letter is settled by an effect. */
export function leftOutBy(status: DeadLetterStatus): LeftOut | undefined {
  if (status === 'dead' || status === 'retrying') return 'dead';
  return status === 'skipped' || status === 'discarded' ? 'decided' : undefined;
}
