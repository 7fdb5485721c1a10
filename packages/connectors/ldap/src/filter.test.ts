import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';
import { describe, expect, it } from 'vitest';
import { parseFilter } from './filter.ts';

const equal = (attribute: string, value: string | Buffer): Filter => new EqualityFilter({ attribute, value });

describe('parseFilter', () => {
  it.each([
    ['(cn=S\\c3\\b6hne)', equal('cn', 'Söhne')],
    ['(cn=Söhne)', equal('cn', 'Söhne')],
    ['(cn=a\\2a\\28b\\29\\5cc3)', equal('cn', 'a*(b)\\c3')],
    ['(objectGUID=\\01\\e2\\00z)', equal('objectGUID', Buffer.from([0x01, 0xe2, 0x00, 0x7a]))],
    ['(cn=)', equal('cn', '')],
    ['cn=a=b', equal('cn', 'a=b')],
    ['(2.5.4.3=a)', equal('2.5.4.3', 'a')],
    ['(cn;lang-de=*)', new PresenceFilter({ attribute: 'cn;lang-de' })],
    ['(cn=J*\\c3\\b6*n)', new SubstringFilter({ attribute: 'cn', initial: 'J', any: ['ö'], final: 'n' })],
    ['(cn=a**b)', new SubstringFilter({ attribute: 'cn', initial: 'a', any: [], final: 'b' })],
    ['(n>=5)', new GreaterThanEqualsFilter({ attribute: 'n', value: '5' })],
    ['(n<=5)', new LessThanEqualsFilter({ attribute: 'n', value: '5' })],
    ['(n~=\\c3\\b6)', new ApproximateFilter({ attribute: 'n', value: 'ö' })],
    ['(a:1.2.3:=\\c3\\b6:=)', new ExtensibleFilter({ matchType: 'a', rule: '1.2.3', value: 'ö:=' })],
    ['(a:dn:=b)', new ExtensibleFilter({ matchType: 'a', dnAttributes: true, value: 'b' })],
    ['(:DN:2.4.6:=b)', new ExtensibleFilter({ rule: '2.4.6', dnAttributes: true, value: 'b' })],
    ['(&)', new AndFilter({ filters: [] })],
    ['(a=1)(!(b=2))', new AndFilter({ filters: [equal('a', '1'), new NotFilter({ filter: equal('b', '2') })] })],
    [
      '(|(!(&(a=1)(b=2)))(c=3))',
      new OrFilter({
        filters: [
          new NotFilter({ filter: new AndFilter({ filters: [equal('a', '1'), equal('b', '2')] }) }),
          equal('c', '3'),
        ],
      }),
    ],
  ])('reads %s', (source, filter) => {
    expect(parseFilter(source)).toEqual(filter);
  });

  it.each([
    ...['', '(', '()', '(uid=', '(=a)', '(:=a)', '(uid)', '(uid>a)', '(a b=c)', '(cn=**)', '((a=b))', 'a=b)(c=d'],
    ...['(a=b)(c=d', '(a=b)c=d', '(a=b) (c=d)', '(a=b) ', '(&(a=b)', '(&(a=b) (c=d))', '(!(a=b)', '(!(a=b)(c=d))'],
    ...['(cn=a\\zz)', '(cn=a\\4)', '(cn=a(b)', '(cn=\\e2*)', '(a::=b)', '(a:=\\ff)'],
  ])('refuses %j', (source) => {
    expect(() => parseFilter(source)).toThrow();
  });
});
