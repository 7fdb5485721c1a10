import { OstiaryError } from '@ostiary/primitives';
import { BindResponse, StatusCodeParser } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { directoryFailure, fateOf, isRefused, refusalOf } from './failure.ts';

const answered = (status: number, errorMessage = ''): Error =>
  StatusCodeParser.parse(new BindResponse({ messageId: 1, status, errorMessage }));
const none = new Error('Socket error');

describe('a failure of the directory', () => {
  it.each([
    ['no answer', none, 'upstream/unavailable', 'lost'],
    ['time limit', answered(3), 'upstream/unavailable', undefined],
    ['administrative limit', answered(11), 'upstream/unavailable', undefined],
    ['busy', answered(51), 'upstream/unavailable', 'elsewhere'],
    ['unavailable', answered(52), 'upstream/unavailable', 'elsewhere'],
    ['another', answered(80), 'upstream/unavailable', undefined],
    ['a base that is not there', answered(32), 'upstream/unavailable', 'elsewhere'],
    ['a base that another server has', answered(10), 'upstream/unavailable', 'elsewhere'],
    ['a filter it does not like', answered(18), 'upstream/protocol', undefined],
    ['ours', new OstiaryError('upstream/protocol', 'x'), 'upstream/protocol', undefined],
  ])('%s', (_what, error, code, fate) => {
    expect(directoryFailure(error, 'ldaps://a:636')).toMatchObject({ code });
    expect(fateOf(error)).toBe(fate);
  });

  it.each([
    [new Error('BindRequest: Operation timed out'), 'BindRequest: Operation timed out'],
    [
      new Error('Socket error. Message type: SearchRequest (0x63)\ntlsv13 alert certificate required\nmore'),
      'Socket error. Message type: SearchRequest (0x63): tlsv13 alert certificate required',
    ],
    [Object.assign(new Error('connect ECONNREFUSED ::1:636'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new RangeError('out of reach'), 'RangeError'],
  ])('tells the operator why no answer came, %#', (error, reason) => {
    expect(directoryFailure(error, 'ldaps://a:636').detail).toEqual({ server: 'ldaps://a:636', reason });
  });

  it('tells nothing that the server wrote', () => {
    const failure = directoryFailure(answered(1, 'uid=jane'), 'ldaps://a:636');
    expect(JSON.stringify([failure.message, failure.detail])).not.toContain('jane');
  });
});

describe('a bind that is refused', () => {
  it.each([
    [49, true],
    [19, true],
    [53, true],
    [32, true],
    [48, true],
    [50, true],
    [8, false],
    [13, false],
    [51, false],
    [2, false],
  ])('for who it is, with code %i: %s', (code, refused) => {
    expect(isRefused(answered(code))).toBe(refused);
  });

  it('is no wrong password when no answer came', () => {
    expect(isRefused(none)).toBe(false);
  });

  it.each([
    [answered(49), undefined],
    [answered(53), 'result code 53'],
    [answered(49, 'password expired!'), 'password has expired'],
    [
      answered(49, '80090308: LdapErr: DSID-0C090400, comment: AcceptSecurityContext error, data 533, v1db1'),
      'account is disabled',
    ],
    [
      answered(49, '80090308: LdapErr: DSID-0C090400, comment: AcceptSecurityContext error, data 52e, v1db1'),
      undefined,
    ],
  ])('%#: the log says why, unless the password is wrong', (error, reason) => {
    expect(refusalOf(error)).toBe(reason);
  });
});
