import { OstiaryError } from '@ostiary/primitives';
import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { isConflict, isCut, isOfServer, refusal, sqlState, toOstiaryError, Unfit } from './postgres-error.ts';

/** An answer of the server, with the row in it that PostgreSQL quotes. */
const answer = (code: string): DatabaseError =>
  Object.assign(new DatabaseError('told', 4, 'error'), { code, detail: 'Failing row contains (pa55).', where: 'pa55' });

describe('errors', () => {
  it.each([
    ['57P01', 'storage/unavailable'],
    ['53100', 'storage/unavailable'],
    ['25006', 'storage/unavailable'],
    ['42P01', 'storage/unavailable'],
    ['XX001', 'storage/corrupt'],
    ['XX002', 'storage/corrupt'],
  ])('with the code %s are %s, with the code for the log', (sqlState, code) => {
    expect(toOstiaryError(answer(sqlState))).toMatchObject({ code, detail: { sqlState } });
  });

  it('of the way to the server are storage/unavailable', () => {
    const cause = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(sqlState(cause)).toBeUndefined();
    expect(toOstiaryError(cause)).toMatchObject({ code: 'storage/unavailable', cause, detail: {} });
  });

  it('lose the rows that PostgreSQL quotes, and the client that the pool hangs on them', () => {
    const error = Object.assign(answer('23502'), { client: { password: 'pa55' } });
    expect(toOstiaryError(error)).toHaveProperty('cause.message', 'told');
    for (const key of ['client', 'detail', 'where']) expect(error).not.toHaveProperty(key);
  });

  it.each(['40001', '40P01'])('with the code %s are conflicts', (code) => {
    expect(isConflict(answer(code))).toBe(true);
    expect(isConflict(answer('57P01'))).toBe(false);
  });

  it.each([
    ['25006', true],
    ['57P01', true],
    ['08006', true],
    ['57014', false],
    ['42P01', false],
  ])('with the code %s say something about the other connections: %s', (code, expected) => {
    expect(isOfServer(answer(code))).toBe(expected);
  });

  it.each([
    [new Error('Connection terminated unexpectedly'), true],
    [new Error('Client has encountered a connection error and is not queryable'), true],
    [new Error('read ECONNRESET'), true],
    [answer('57P01'), true],
    [new Error('Connection terminated due to connection timeout'), false],
    [new Error('Query read timeout'), false],
    [new Error('connect ECONNREFUSED 127.0.0.1:5432'), false],
    [answer('57P03'), false],
  ])('%s: was a connection cut? %s', (error, expected) => {
    expect(isCut(error)).toBe(expected);
  });

  it('of a connection say something about the others', () => {
    expect(isOfServer(new Error('Query read timeout'))).toBe(true);
  });
});

describe('refusal', () => {
  it.each([
    ['28P01', 'user and password'],
    ['28000', 'pg_hba.conf'],
    ['3D000', 'no database'],
    ['42501', 'CONNECT'],
    ['25006', 'primary'],
  ])('of the code %s says what to do', (code, words) => {
    expect(refusal(answer(code))).toContain(words);
    expect(refusal(new OstiaryError('storage/unavailable', 'x', { cause: answer(code) }))).toContain(words);
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ssl.caFile'],
    ['CERT_HAS_EXPIRED', 'Renew'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'verify-ca'],
  ])('of the certificate, %s, says what to do', (code, words) => {
    expect(refusal(Object.assign(new Error('x'), { code }))).toContain(words);
  });

  it('says what is unfit, and nothing of what may pass', () => {
    expect(refusal(new Unfit('is too old'))).toBe('is too old');
    expect(refusal(answer('57P03'))).toBeUndefined();
    expect(refusal(new Error('connect ECONNREFUSED'))).toBeUndefined();
    expect(refusal('odd')).toBeUndefined();
  });
});
