// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are in the syntax of environment references.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandEnvironment, expandText } from './environment.ts';

const variables = new Map([
  ['A', 'one'],
  ['B', 'two'],
  ['A B', 'space'],
  ['Ä', 'uml'],
  ['_x1', 'under'],
  ['12', 'twelve'],
  ['1', 'first'],
]);
const lookup = (name: string): string | undefined => variables.get(name);

describe('expandText', () => {
  // The right column is what Go 1.26's os.Expand answers for the same variables.
  it.each([
    ['$A', 'one'],
    ['${A}', 'one'],
    ['$$', ''],
    ['pa$word', 'pa'],
    ['$', '$'],
    ['a$', 'a$'],
    ['${}', ''],
    ['${', ''],
    ['${A', 'A'],
    ['a${', 'a'],
    ['$A$B', 'onetwo'],
    ['$A-$B', 'one-two'],
    ['${A B}', 'space'],
    ['$1x', 'firstx'],
    ['${1}', 'first'],
    ['${12}', 'twelve'],
    ['$*', ''],
    ['${*}x', 'x'],
    ['$-x', 'x'],
    ['a$ b', 'a$ b'],
    ['${A}}', 'one}'],
    ['{$A}', '{one}'],
    ['$A{B}', 'one{B}'],
    ['\\$A', '\\one'],
    ['$Ä', '$Ä'],
    ['${Ä}', 'uml'],
    ['$_x1', 'under'],
    ['100%$', '100%$'],
    ['$.A', '$.A'],
    ['$$A', 'A'],
    ['${$A}', ''],
    ['é$A', 'éone'],
  ])('reads %j like Go', (text, expected) => {
    expect(expandText(text, lookup)).toBe(expected);
  });

  it('leaves a text without a dollar sign alone', () => {
    const plain = fc.string().filter((text) => !text.includes('$'));
    fc.assert(fc.property(plain, (text) => expandText(text, lookup) === text));
  });

  it('does not expand what a variable holds', () => {
    expect(expandText('$A', () => '$B"\\')).toBe('$B"\\');
  });
});

describe('expandEnvironment', () => {
  it('expands texts in maps and lists, not keys, and not a list directly in a list', () => {
    const value = { $A: '$A', list: ['$A', { inner: '${B}' }, ['$A']], number: 1, none: null };
    expect(expandEnvironment(value, lookup)).toEqual({
      $A: 'one',
      list: ['one', { inner: 'two' }, ['$A']],
      number: 1,
      none: null,
    });
  });
});
