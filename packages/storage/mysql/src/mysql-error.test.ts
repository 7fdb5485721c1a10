import { inspect } from 'node:util';
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import {
  endsConnection,
  fromClient,
  isConflict,
  isCut,
  isLockTimeout,
  isReadOnly,
  isTaken,
  ServerError,
  toOstiaryError,
  Unfit,
} from './mysql-error.ts';
import { refusal } from './refusal.ts';

/** An error as the client throws it for an answer of the server. */
const thrown = (errno: number, message = 'told'): Error =>
  Object.assign(new Error(message), {
    errno,
    code: 'ER_X',
    sqlState: 'HY000',
    sql: "INSERT X'70613535'",
    sqlMessage: message,
  });
const answer = (errno: number): unknown => fromClient(thrown(errno));
const ofWay = (code: string, message = code): Error => Object.assign(new Error(message), { code, errno: -104 });

describe('errors of the client', () => {
  it('lose the statement, and words that quote a value or a statement', () => {
    const told = [thrown(1062, "Duplicate entry 'pa55' for key"), thrown(1064, "near 'pa55'"), thrown(1366, "'pa55'")];
    const text = inspect([...told.map(fromClient), answer(1053)], { depth: 9, showHidden: true });
    expect(text).not.toMatch(/pa55|70613535/u);
    expect(text).toContain('error 1062 of the server');
  });

  it('of the way to the server stay what they are, without the statement', () => {
    const error = Object.assign(ofWay('ECONNRESET'), { sql: "X'70613535'" });
    expect(fromClient(error)).toBe(error);
    expect(error).not.toHaveProperty('sql');
    expect(fromClient('odd')).toBe('odd');
  });

  it.each([
    [1053, 'storage/unavailable'],
    [1114, 'storage/unavailable'],
    [1146, 'storage/unavailable'],
    [1034, 'storage/corrupt'],
    [1712, 'storage/corrupt'],
  ])('with the number %s are %s, with the number for the log', (errno, code) => {
    expect(toOstiaryError(answer(errno))).toMatchObject({ code, detail: { errno, sqlState: 'HY000' } });
  });

  it('say whether a row was there, also as a cause', () => {
    expect(isTaken(answer(1062))).toBe(true);
    expect(isTaken(toOstiaryError(answer(1062)))).toBe(true);
    expect(isTaken(answer(1213))).toBe(false);
  });

  it.each([
    [1213, isConflict],
    [3101, isConflict],
    [1205, isLockTimeout],
    [1290, isReadOnly],
    [1836, isReadOnly],
  ])('with the number %s say what was in the way', (errno, question) => {
    expect(question(answer(errno))).toBe(true);
    expect([isConflict, isLockTimeout, isReadOnly].filter((other) => other(answer(errno)))).toEqual([question]);
  });

  it.each([
    [ofWay('PROTOCOL_CONNECTION_LOST', 'Connection lost: The server closed the connection.'), true],
    [new Error("Can't add new command when connection is in closed state"), true],
    [ofWay('ECONNRESET', 'read ECONNRESET'), true],
    [ofWay('EPIPE', 'This socket has been ended by the other party'), true],
    [answer(1047), true],
    [answer(1927), true],
    [answer(4031), true],
    [ofWay('PROTOCOL_SEQUENCE_TIMEOUT', 'Query inactivity timeout'), false],
    [ofWay('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:3306'), false],
    [ofWay('ETIMEDOUT', 'connect ETIMEDOUT'), false],
    [answer(1205), false],
  ])('%s: was a connection cut? %s', (error, expected) => {
    expect(isCut(error)).toBe(expected);
  });

  it('end a connection, unless they are about one statement', () => {
    for (const error of [ofWay('PROTOCOL_SEQUENCE_TIMEOUT'), answer(1053), answer(1290)])
      expect(endsConnection(error)).toBe(true);
    for (const errno of [1062, 1205, 1213, 1406]) expect(endsConnection(answer(errno))).toBe(false);
  });
});

describe('refusal', () => {
  it.each([
    [1045, 'user and password'],
    [1049, 'no database'],
    [1044, 'GRANT'],
    [1290, 'primary'],
    [1665, 'binlog_format'],
  ])('with the number %s says what to do', (errno, words) => {
    expect(refusal(answer(errno))).toContain(words);
    expect(refusal(new OstiaryError('storage/unavailable', 'x', { cause: answer(errno) }))).toContain(words);
  });

  it.each([
    [ofWay('SELF_SIGNED_CERT_IN_CHAIN'), 'ssl.caFile'],
    [ofWay('HANDSHAKE_NO_SSL_SUPPORT', 'Server does not support secure connection'), 'ssl.mode to false'],
    [new Error('Server requests authentication using unknown plugin client_ed25519.'), 'Choose'],
    [ofWay('MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 'requested authentication using mysql_clear_password'), 'in clear'],
  ])('of %s says what to do', (error, words) => {
    expect(refusal(error)).toContain(words);
  });

  it('says what is unfit, and nothing of what may pass', () => {
    expect(refusal(new Unfit('is too old'))).toBe('is too old');
    expect(refusal(answer(1040))).toBeUndefined();
    expect(refusal(ofWay('ECONNREFUSED'))).toBeUndefined();
    expect(refusal('odd')).toBeUndefined();
  });

  it('is of a ServerError by its number alone', () => {
    expect(refusal(new ServerError('unknown plugin', { errno: 1, sqlState: 'HY000' }))).toBeUndefined();
  });
});
