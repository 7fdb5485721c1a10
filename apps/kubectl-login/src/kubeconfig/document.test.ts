import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { entryNames, formatKubeconfig, parseKubeconfig, readEntry, setEntry } from './document.ts';

const path = '.kube/config';
const open = (text: string) => parseKubeconfig(path, text);

/** The file after the user of a context was changed. */
function withUser(text: string, context: string): string {
  const document = open(text);
  setEntry(document, 'contexts', { name: context, content: { user: 'new' } });
  return formatKubeconfig(document, text);
}

describe('aliases in a kubeconfig', () => {
  it.each([
    ['content', 'clusters: [{name: c1, cluster: &c {server: s}}, {name: c2, cluster: *c}]'],
    ['an entry', 'x: &e {name: c2, cluster: {server: s}}\nclusters: [{name: c1, cluster: {}}, *e]'],
    ['a list', 'x: &l [{name: c1, cluster: {}}, {name: c2, cluster: {server: s}}]\nclusters: *l'],
    ['a name', 'x: &n c2\nclusters: [{name: c1, cluster: {}}, {name: *n, cluster: {server: s}}]'],
    ['a key', 'x: &k cluster\nclusters: [{name: c1, cluster: {}}, {name: c2, *k : {server: s}}]'],
    ['merged keys', 'x: &m {server: s}\nclusters: [{name: c1, cluster: {}}, {name: c2, cluster: {<<: *m}}]'],
    ['a merged entry', 'x: &m {cluster: {server: s}}\nclusters: [{name: c1, cluster: {}}, {<<: *m, name: c2}]'],
  ])('are read as kubectl reads them: %s', (_what, text) => {
    const document = open(`${text}\n`);
    expect(entryNames(document, 'clusters')).toEqual(['c1', 'c2']);
    expect(readEntry(document, 'clusters', 'c2')).toEqual({ server: 's' });
  });

  it('do not carry a change of one entry into another', () => {
    const text = `# mine
contexts:
  - name: a
    context: &shared # of both
      cluster: c
      user: old
  - name: b
    context: *shared # the same
  - name: d
    context: { <<: *shared, namespace: web }
`;
    for (const name of ['a', 'b', 'd']) {
      const after = withUser(text, name);
      const users = parse(after).contexts.map((one: { context: { user: string } }) => one.context.user);
      expect(users).toEqual(['a', 'b', 'd'].map((other) => (other === name ? 'new' : 'old')));
      expect(after).not.toMatch(/[&*]shared|<</);
      for (const comment of ['# mine', '# of both', '# the same']) expect(after.split(comment)).toHaveLength(2);
    }
  });

  it('that are named twice mean the last one before them', () => {
    const text = 'a: &x {k: &y 1}\nc: &y 2\nb: *x\nd: *y\ne: {<<: [{k: 3, l: 4}, *x, {m: 5}], l: 6}\n"<<": 7\n';
    expect(open(text).toJS()).toEqual({
      a: { k: 1 },
      c: 2,
      b: { k: 1 },
      d: 2,
      e: { k: 3, m: 5, l: 6 },
      '<<': 7,
    });
  });

  it.each([
    ['lead nowhere', 'contexts: *none\n', 'Unresolved alias'],
    ['lead into themselves', 'a: &a {b: *a}\n', 'the alias "a" has no end'],
    ['merge what cannot be merged', 'a: &a 1\nb: {<<: *a}\n', '"<<" is for mappings'],
    [
      'are there to fill the memory',
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_none, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('')}`,
      'Excessive alias count',
    ],
  ])('that %s make it invalid', (_what, text, message) => {
    expect(() => open(text)).toThrow(new RegExp(`The kubeconfig ${path} is not valid YAML: .*${message}`));
  });
});

describe('a kubeconfig in JSON', () => {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'old' } }],
    extra: { text: 'yes', number: 1, nothing: null, list: [] },
  };
  const changed = { ...config, contexts: [{ name: 'a', context: { cluster: 'c', user: 'new' } }] };

  it.each([undefined, 2, 4, '\t'])('stays JSON, indented as it was (%j)', (indent) => {
    for (const end of ['', '\n']) {
      expect(withUser(`${JSON.stringify(config, null, indent)}${end}`, 'a')).toBe(
        `${JSON.stringify(changed, null, indent)}${end}`,
      );
    }
  });

  it('gets new entries in JSON, too', () => {
    const after = withUser('{"apiVersion": "v1", "contexts": [], "users": null}', 'b');
    expect(JSON.parse(after)).toEqual({
      apiVersion: 'v1',
      contexts: [{ name: 'b', context: { user: 'new' } }],
      users: null,
    });
  });

  it('is another thing than YAML in braces, which stays YAML', () => {
    expect(withUser('{contexts: [{name: a, context: {user: old}}]}\n', 'a')).toBe(
      '{contexts: [{name: a, context: {user: new}}]}\n',
    );
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['a: 1\na: 2\n', 'is not valid YAML in line 2: Map keys must be unique.'],
    ['a: 1\n---\nb: 2\n', 'holds several documents, of which kubectl reads the first alone.'],
    ['- a\n', 'is not a kubeconfig: its top level is not a mapping.'],
    ['a: *b\n', 'is not valid YAML: Unresolved alias (the anchor must be set before the alias): b.'],
  ])('is told of in a whole sentence: %j', (text, sentence) => {
    expect(() => open(text)).toThrow(expect.objectContaining({ message: `The kubeconfig ${path} ${sentence}` }));
  });
});
