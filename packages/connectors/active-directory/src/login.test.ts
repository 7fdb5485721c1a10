import { describe, expect, it } from 'vitest';
import { filterOfName } from './login.ts';

const corp = { domain: 'corp.example.com', netbiosDomain: 'CORP' };
const filterOf = (typed: string, domain: { domain: string; netbiosDomain?: string } = corp) =>
  filterOfName(typed, domain)?.toString();

describe('the name somebody typed', () => {
  it.each([
    ['jane', '(sAMAccountName=jane)'],
    ['CORP\\jane', '(sAMAccountName=jane)'],
    ['corp\\jane', '(sAMAccountName=jane)'],
    ['jane@partner.example', '(userPrincipalName=jane@partner.example)'],
    ['jane@corp.example.com', '(|(userPrincipalName=jane@corp.example.com)(sAMAccountName=jane))'],
    ['jane@CORP.example.com', '(|(userPrincipalName=jane@CORP.example.com)(sAMAccountName=jane))'],
    ['a@b@corp.example.com', '(|(userPrincipalName=a@b@corp.example.com)(sAMAccountName=a@b))'],
  ])('%s is looked for as %s', (typed, filter) => {
    expect(filterOf(typed)).toBe(filter);
  });

  it('with another domain in front is nobody, and with any when ours is not known', () => {
    expect(filterOf('OTHER\\jane')).toBeUndefined();
    expect(filterOf('\\jane')).toBeUndefined();
    expect(filterOf('CORP\\jane', { domain: corp.domain })).toBeUndefined();
  });

  it('is compared, not interpreted', () => {
    expect(filterOf('ja*)(cn=*')).toBe('(sAMAccountName=ja\\2a\\29\\28cn=\\2a)');
    expect(filterOf('@corp.example.com')).toBe('(sAMAccountName=@corp.example.com)');
  });
});
