import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';

const frontend = (block: string): string => minimal(`frontend: {${block}}`);

async function told(text: string) {
  const { config, warnings } = await load(text);
  return { frontend: config.frontend, warnings: warnings.map(({ path, line }) => `${line} ${path}`) };
}

describe('frontend', () => {
  it('tells every text of extra that cannot be used, with its line, beside other problems', async () => {
    const text = minimal(`frontend:
  extra:
    accent: notacolour
    supportUrl: "javascript:alert(1)"
logger: {level: loud}`);
    expect(await problemsOf(text)).toEqual([
      'config.yaml:7: frontend.extra.accent: is not a colour. Write it like "#0d6a5a".',
      'config.yaml:8: frontend.extra.supportUrl: is not an address. Write it like https://help.example.com or mailto:help@example.com.',
      'config.yaml:9: logger.level: is not a level. Write debug, info, warn or error.',
    ]);
  });

  it.each(['red;}body{display:none', '#fff', '#12345g', 'red'])('takes no colour that is none: %s', async (accent) => {
    expect(await problemsOf(frontend(`extra: {accent: "${accent}"}`))).toHaveLength(1);
  });

  it.each(['//evil.example', 'data:text/html,x', 'help.example.com', 'https://a:b@help.example'])(
    'takes no address for help that is none: %s',
    async (url) => {
      expect(await problemsOf(frontend(`extra: {supportUrl: "${url}"}`))).toHaveLength(1);
    },
  );

  it('takes what can be used; an empty text is no text', async () => {
    const extra = 'extra: {accent: "#0D6a5a", footer: Hello, supportUrl: "mailto:help@a.example"}';
    expect(await told(frontend(`issuer: Example, ${extra}`))).toEqual({
      frontend: {
        title: 'Example',
        theme: 'auto',
        accent: '#0D6a5a',
        footer: 'Hello',
        supportUrl: 'mailto:help@a.example',
      },
      warnings: [],
    });
    expect(await told(frontend('extra: {accent: "", footer: "", supportUrl: ""}, logoURL: ""'))).toEqual({
      frontend: { title: 'Ostiary', theme: 'auto' },
      warnings: [],
    });
  });

  it('warns of texts of extra that the pages do not know', async () => {
    expect(await told(frontend('extra: {tos: "https://a.example/tos", Accent: red}'))).toEqual({
      frontend: { title: 'Ostiary', theme: 'auto' },
      warnings: ['5 frontend.extra.tos', '5 frontend.extra.Accent'],
    });
  });

  it.each(['https://a.example/l.svg', '/l.svg', 'data:image/png;base64,AAAA'])('takes the logo %s', async (logoUrl) => {
    expect(await told(frontend(`logoURL: "${logoUrl}"`))).toEqual({
      frontend: { title: 'Ostiary', theme: 'auto', logoUrl },
      warnings: [],
    });
  });

  it.each([
    'theme/logo.png',
    '//evil.example/l.svg',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a:b@c.example',
  ])('starts without a logo that cannot be shown, and warns: %s', async (logo) => {
    expect(await told(frontend(`logoURL: "${logo}"`))).toEqual({
      frontend: { title: 'Ostiary', theme: 'auto' },
      warnings: ['5 frontend.logoURL'],
    });
  });
});
