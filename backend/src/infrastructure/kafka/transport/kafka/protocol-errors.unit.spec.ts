import { MultipleErrors, NetworkError, ProtocolError, ResponseError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { RecordTooLargeError } from '../transport.errors';
import { codedError, protocolCodeOf } from './protocol-errors';

const response = (code: number, said: string | null = null) =>
  new ResponseError(0, 11, { '/topics/0': [code, said] }, { answer: true });

describe('an error of the client', () => {
  it('has the protocol code of whatever is inside', () => {
    expect(protocolCodeOf(new MultipleErrors('failed 3 times', [response(6)]))).toBe(6);
    expect(protocolCodeOf(new Error('outer', { cause: new ProtocolError(27) }))).toBe(27);
    expect(protocolCodeOf(new NetworkError('Connection closed'))).toBeUndefined();
  });

  it.each([
    [new NetworkError('Connection closed'), 'LOG_UNAVAILABLE'],
    [response(6), 'LOG_UNAVAILABLE'],
    [response(29), 'KAFKA_REFUSED'],
    [
      new Error('x', { cause: Object.assign(new Error('y'), { code: 'PLT_KFK_AUTHENTICATION' }) }),
      'KAFKA_REFUSED',
    ],
  ])('becomes one of ours: %s', (error, code) => {
    expect(codedError(error, 'Reading').code).toBe(code);
  });

  it('says what the broker said, and what was done', () => {
    const { message } = codedError(
      new MultipleErrors('failed 3 times', [response(40, 'Unknown config: foo')]),
      'Creating',
    );

    expect(message).toBe('Creating was refused: Unknown config: foo');
  });

  it('leaves ours alone', () => {
    const ours = new RecordTooLargeError('too large');

    expect(codedError(ours, 'Appending')).toBe(ours);
  });
});
