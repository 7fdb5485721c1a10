import { describe, expect, it } from 'vitest';
import { load, loadFile, minimal, problemsOf } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';

describe('loadConfig', () => {
  it('fills in what a small file leaves out, with safe lifetimes', async () => {
    const { config, warnings } = await load(minimal());
    expect(warnings).toEqual([]);
    expect(config.issuer).toBe('http://127.0.0.1:5556/dex');
    expect(config.web.http).toEqual({ host: '127.0.0.1', port: 5556 });
    expect(config.web.allowedHeaders).toEqual(['Authorization']);
    expect(config.lifetimes).toEqual({
      idToken: 3600,
      login: 3600,
      code: 60,
      device: 300,
      refreshToken: { rotate: true, reuseInterval: 30, absolute: 14_256_000, idle: 7_776_000 },
    });
    expect(config.protocol).toEqual({
      skipApproval: false,
      alwaysShowLogin: false,
      requirePkce: false,
      pkceMethods: ['S256'],
    });
    expect(config.signing).toEqual({ algorithm: 'RS256', rotationPeriod: 21_600 });
    expect(config.logging).toEqual({ level: 'info', format: 'text', excludeFields: [] });
    expect(config.frontend).toEqual({ title: 'Ostiary', theme: 'auto' });
    expect(config.continueOnConnectorFailure).toBe(true);
    expect(config.telemetry).toBeUndefined();
  });

  it('reads an empty list as Dex does: as none', async () => {
    const lists = minimal('oauth2: {grantTypes: [], responseTypes: [], pkce: {codeChallengeMethodsSupported: []}}');
    const { config } = await load(lists.replace('web: {', 'web: {allowedHeaders: [], '));
    expect(config.web.allowedHeaders).toEqual(['Authorization']);
    expect(config.protocol.pkceMethods).toEqual(['S256']);
  });

  it('gives the keys of Dex the meaning of Dex when they are written', async () => {
    const { config } = await load(
      minimal(`
expiry:
  idTokens: 24h
  authRequests: 10m
  deviceRequests: 2m
  refreshTokens: {disableRotation: true, reuseInterval: 0s, absoluteLifetime: 0s, validIfNotUsedFor: 1h30m}
oauth2:
  skipApprovalScreen: true
  alwaysShowLoginScreen: true
  grantTypes: [authorization_code, refresh_token]
  responseTypes: [code]
  pkce: {enforce: true, codeChallengeMethodsSupported: [S256, plain]}
logger: {level: DEBUG, format: JSON, excludeFields: [email]}
signer: {type: local, config: {keysRotationPeriod: 12h, algorithm: ES256}}
telemetry: {http: ":5558"}
frontend: {issuer: Example, theme: dark, logoURL: "https://a.example/l.svg", extra: {footer: Hello}}`),
    );
    expect(config.lifetimes).toMatchObject({ idToken: 86_400, login: 600, device: 120 });
    expect(config.lifetimes.refreshToken).toEqual({ rotate: false, reuseInterval: 0, idle: 5400 });
    expect(config.protocol).toEqual({
      grantTypes: ['authorization_code', 'refresh_token'],
      skipApproval: true,
      alwaysShowLogin: true,
      requirePkce: true,
      pkceMethods: ['S256', 'plain'],
    });
    expect(config.logging).toEqual({ level: 'debug', format: 'json', excludeFields: ['email'] });
    expect(config.signing).toEqual({ algorithm: 'ES256', rotationPeriod: 43_200 });
    expect(config.telemetry).toEqual({ port: 5558 });
    expect(config.frontend).toEqual({
      title: 'Example',
      theme: 'dark',
      logoUrl: 'https://a.example/l.svg',
      footer: 'Hello',
    });
  });

  it('drops grants that do nothing in Dex either, with a warning, and keeps a list a list', async () => {
    const { config, warnings } = await load(minimal('oauth2: {grantTypes: [authorization_code, password, implicit]}'));
    expect(config.protocol.grantTypes).toEqual(['authorization_code']);
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'oauth2.grantTypes names implicit, which Ostiary does not have. It is ignored.',
      'oauth2.grantTypes names password, which Ostiary does not have. It is ignored.',
    ]);
    expect((await load(minimal())).config.protocol).not.toHaveProperty('grantTypes');
  });

  it('takes the token exchange into the list, of all connectors and of one', async () => {
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const text = minimal(`oauth2: {grantTypes: [authorization_code, "${exchange}"]}`);
    const { config, warnings } = await load(text.replace('name: Mock', `name: Mock, grantTypes: ["${exchange}"]`));
    expect(config.protocol.grantTypes).toEqual(['authorization_code', exchange]);
    expect(config.connectors.map(({ grantTypes }) => grantTypes)).toEqual([[exchange]]);
    expect(warnings.map(({ path }) => path).filter((path) => path.includes('grantTypes'))).toEqual([]);
  });

  it("leaves out fields of the log by Dex's names, too", async () => {
    const names = 'request_id, client_remote_addr, connector_id, user_id, preferred_username, email';
    const { config } = await load(minimal(`logger: {excludeFields: [${names}]}`));
    expect(config.logging.excludeFields).toEqual([
      'requestId',
      'clientAddress',
      'connector',
      'user',
      'preferredUsername',
      'email',
    ]);
  });

  it('takes keys in any case, exact spelling first', async () => {
    const { certificate, key } = await selfSigned();
    const text = `
ISSUER: https://a.example
Storage: {TYPE: memory}
web: {HTTP: ":80", HTTPS: ":443", TLSCERT: c.pem, tlskey: k.pem, tlsMinVersion: "1.3"}
connectors: [{Type: mockPassword, ID: p, Name: P, Config: {USERNAME: u, password: p}}]
staticclients: [{ID: a, Name: A, Secret: s, redirecturis: [https://a.example/cb]}]`;
    const { config } = await load(text, { files: { 'c.pem': certificate, 'k.pem': key } });
    expect(config.web.https?.tls).toEqual({
      certFile: 'c.pem',
      keyFile: 'k.pem',
      block: 'web',
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
    });
    expect(config.clients[0]?.redirectUris).toEqual(['https://a.example/cb']);
  });

  it('tells all problems at once, each with its line, whatever block it is in', async () => {
    const problems = await problemsOf(`issuer: login.example.com
storage:
  type: etdc
web:
  https: 5556
  tlsMinVersion: 1.2
  foo: 1
mfa:
  defaultMFAChain: [totp]
connectors:
- type: samml
  id: a
  name: A
- type: mockPassword
  id: b
  name: B
  config: {username: u, pasword: x}
staticClients:
- id: x
  name: X
  secret: s
  redirectURIs: [not-a-uri]
logger:
  level: loud
`);
    expect(problems).toEqual([
      'config.yaml:1: issuer: is not an absolute URL, for example https://login.example.com/dex.',
      expect.stringMatching(
        /^config.yaml:3: storage.type: is "etdc", which is not a known type. Did you mean etcd\? Known: /u,
      ),
      'config.yaml:5: web.https: must be a text, but is a number. Put it in quotes.',
      'config.yaml:6: web.tlsMinVersion: must be a text, but is a number. Put it in quotes.',
      'config.yaml:7: web.foo: is not a known key. Remove it.',
      'config.yaml:8: mfa: is not supported. Ostiary asks for no second factor yet. Remove it, and ask for one at the identity provider.',
      expect.stringMatching(
        /^config.yaml:11: connectors\[0\].type: is "samml", which is not a known type. Did you mean saml\? Known: /u,
      ),
      'config.yaml:17: connectors[1].config.pasword: is not a known key. Did you mean password?',
      'config.yaml:17: connectors[1].config.password: is missing. Add it.',
      'config.yaml:22: staticClients[0].redirectURIs[0]: is not an absolute URI. Write it like https://app.example.com/callback.',
      'config.yaml:24: logger.level: is not a level. Write debug, info, warn or error.',
    ]);
  });

  it.each([
    [
      'web',
      'web: {http: ":1"}\nstorage: {type: memory}\nconnectors: [{type: mockCallback, id: m, name: M}]',
      'issuer: is missing. Add it.',
    ],
    [
      'no address',
      minimal().replace('{http: "127.0.0.1:5556"}', '{}'),
      'web.http: is missing, but there must be http or https. Add it.',
    ],
    [
      'no certificate',
      minimal().replace('{http:', '{https:'),
      'web.tlsCert: is missing, but https needs a certificate. Add it.',
    ],
    [
      'versions',
      minimal('').replace('web: {', 'web: {tlsMinVersion: "1.3", tlsMaxVersion: "1.2", '),
      'web.tlsMinVersion: is above tlsMaxVersion. Lower it.',
    ],
    [
      'storage type',
      minimal().replace('memory', 'sqlite4'),
      'storage.type: is "sqlite4", which is not a known type. Did you mean sqlite3?',
    ],
    ['storage options', minimal().replace('memory', 'sqlite3'), 'storage.config.file: is missing. Add it.'],
    [
      'connector type',
      minimal().replace('mockCallback', 'mockcalback'),
      'connectors[0].type: is "mockcalback", which is not a known type.',
    ],
    [
      'connectors',
      minimal().replace(/connectors.*/u, ''),
      'connectors: is missing, so nobody could log in. Add a connector, or enablePasswordDB.',
    ],
    ['connector without a name', minimal().replace(', name: Mock', ''), 'connectors[0].name: is missing. Add it.'],
    [
      'connector id twice',
      minimal().replace('[{', '[{type: mockCallback, id: mock, name: A}, {'),
      'connectors[1].id: is the id of connectors[0] too. Give every connector its own.',
    ],
    ['vault', minimal('signer: {type: vault, config: {addr: x}}'), 'signer.config.addr: is not supported.'],
    [
      'token of Vault, beside local keys',
      minimal('signer: {type: local, config: {token: x}}'),
      'signer.config.token: is not supported. Ostiary signs with local keys only, not with Vault or OpenBao yet. Remove it.',
    ],
    [
      'key of the operator',
      minimal('x-common: {a: 1}'),
      'x-common: is not a known key. Remove it, or keep it with DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS=false.',
    ],
    [
      'signer type',
      minimal('signer: {type: vault}'),
      'signer.type: is "vault", but Ostiary signs with local keys only.',
    ],
    [
      'signer algorithm',
      minimal('signer: {type: local, config: {algorithm: PS256}}'),
      'signer.config.algorithm: must be one of "RS256", "ES256".',
    ],
    [
      'password grant',
      minimal('oauth2: {passwordConnector: local}'),
      'oauth2.passwordConnector: is not supported. Ostiary has no password grant',
    ],
    ['implicit', minimal('oauth2: {responseTypes: [id_token]}'), 'oauth2.responseTypes[0]: must be "code"'],
    [
      'no code grant',
      minimal('oauth2: {grantTypes: [refresh_token]}'),
      'oauth2.grantTypes: must contain authorization_code',
    ],
    ['second factor', minimal('mfa: {authenticators: [{id: a}]}'), 'mfa: is not supported.'],
    [
      'days',
      minimal('expiry: {idTokens: 1d}'),
      'expiry.idTokens: a duration has no days, weeks or years. Write hours: 24h for a day.',
    ],
    ['too short', minimal('expiry: {idTokens: 1s}'), 'expiry.idTokens: is too short. Write at least 60s.'],
    [
      'header',
      minimal().replace('web: {', 'web: {headers: {X-Frame-Options: "a\\r\\nb"}, '),
      'web.headers.X-Frame-Options: must be one line of ASCII.',
    ],
    [
      'network',
      minimal().replace('web: {', 'web: {clientRemoteIP: {header: X, trustedProxies: [10.0.0.1]}, '),
      'web.clientRemoteIP.trustedProxies[0]: is not a network.',
    ],
    [
      'origin',
      minimal().replace('web: {', 'web: {allowedOrigins: ["https://a.example/"]}, '.replace('}, ', ', ')),
      'web.allowedOrigins[0]: is not an origin.',
    ],
    [
      'redirectURI',
      minimal().replace(/connectors.*/u, 'connectors: [{type: oidcish, id: a, name: A}]'),
      'connectors[0].type: is "oidcish"',
    ],
  ])('refuses a file with a wrong part: %s', async (_name, text, problem) => {
    expect((await problemsOf(text)).join('\n')).toContain(problem);
  });

  it('says why a file cannot be read', async () => {
    const reading = (file: string, error: unknown) => loadFile(file, { readFile: async () => Promise.reject(error) });
    const gone = Object.assign(new Error('no'), { code: 'ENOENT' });
    await expect(reading('c.yaml', gone)).rejects.toThrow(/^c\.yaml does not exist\. Check the path\.$/u);
    await expect(reading('', gone)).rejects.toThrow(/^No file was named\. /u);
  });

  it('refuses a file that is not UTF-8: a secret in it would become another one', async () => {
    const text = minimal('staticClients: [{id: a, name: A, secret: "päss"}]');
    const secretOf = async (bytes: Uint8Array) =>
      (await load('', { files: { 'config.yaml': bytes } })).config.clients[0]?.secrets[0]?.reveal();
    await expect(secretOf(Buffer.from(text, 'latin1'))).rejects.toThrow(
      /^config\.yaml is not UTF-8 \(line 5\)\. Save it as UTF-8\.$/u,
    );
    expect(await secretOf(Buffer.from(text))).toBe('päss');
    expect(await secretOf(Buffer.from(`\uFEFF${text}`))).toBe('päss');
  });

  it('refuses a file that is too large for a configuration', async () => {
    const comment = `# ${'x'.repeat(4_000_000)}\n`;
    await expect(load(comment + minimal())).rejects.toThrow(/^config\.yaml has more than 4 MB/u);
  });

  it('says when the file is empty, or has a key twice', async () => {
    await expect(load('')).rejects.toThrow('The file is empty');
    await expect(load(minimal('issuer: https://b.example'))).rejects.toThrow('config.yaml:5: "issuer" is set twice');
  });

  it('warns of what it ignores, with the line', async () => {
    const { warnings } = await load(
      minimal('expiry: {signingKeys: 12h}\ngrpc: {addr: ":5557"}\nfrontend: {dir: web, theme: tectonic}'),
    );
    expect(warnings).toEqual([
      { path: 'expiry.signingKeys', line: 5, message: expect.stringContaining('is deprecated') },
      { path: 'grpc.addr', line: 6, message: expect.stringContaining('is not opened') },
      { path: 'frontend.dir', line: 7, message: expect.stringContaining('is ignored: the pages are built in.') },
      { path: 'frontend.theme', line: 7, message: expect.stringContaining('auto is used') },
    ]);
  });

  it('uses expiry.signingKeys only without a signer block', async () => {
    const alone = await load(minimal('expiry: {signingKeys: 12h}'));
    expect(alone.config.signing.rotationPeriod).toBe(43_200);
    const both = await load(minimal('expiry: {signingKeys: 12h}\nsigner: {type: local}'));
    expect(both.config.signing.rotationPeriod).toBe(21_600);
    expect(both.warnings[0]?.message).toContain('is ignored');
  });

  it('makes unknown keys warnings when Dex is asked to ignore them', async () => {
    const env = { DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS: 'false' };
    const { warnings } = await load(minimal('conectors: []'), { env });
    expect(warnings).toEqual([{ path: 'conectors', line: 5, message: 'is not a known key. Did you mean connectors?' }]);
    expect(await problemsOf(minimal('conectors: []'))).toHaveLength(1);
  });

  it.each([
    ['storage.config.file', minimal().replace('memory', 'memory, config: {file: x}')],
    ['connectors[0].config.zzz', minimal().replace('name: Mock', 'name: Mock, config: {zzz: 1}')],
  ])('names keys also of what has no options: %s', async (path, text) => {
    expect(await problemsOf(text)).toEqual([expect.stringContaining(`${path}: is not a known key. Remove it.`)]);
    const { warnings } = await load(text, { env: { DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS: 'false' } });
    expect(warnings.map((warning) => warning.path)).toEqual([path]);
  });

  it('replaces variables where Dex does, and names those that are not set', async () => {
    const text = minimal('frontend: {issuer: $NAME}').replace(
      'memory',
      'sqlite3, config: {file: "$DIR/$NAME.db$NONE"}',
    );
    const { config, warnings } = await load(text, { env: { DIR: '/data', NAME: 'x' } });
    expect(config.frontend.title).toBe('$NAME');
    expect(warnings).toEqual([
      { path: 'storage.config', line: 2, message: expect.stringContaining('uses $NONE, not set in the environment') },
    ]);
    const plain = await load(text, { env: { DEX_EXPAND_ENV: 'false' } });
    expect(plain.warnings).toEqual([]);
  });

  it('says how $$ becomes one dollar sign', async () => {
    const text = minimal().replace('memory', () => 'sqlite3, config: {file: "/data/a$$b$NONE"}');
    const { warnings } = await load(text);
    expect(warnings).toEqual([
      { path: 'storage.config', line: 2, message: expect.stringContaining("start with: env '$=$' ostiary") },
      { path: 'storage.config', line: 2, message: expect.stringContaining('uses $NONE, not set in the environment') },
    ]);
    const cured = await load(text, { env: { $: '$', NONE: '' } });
    expect(cured.warnings).toEqual([]);
  });

  it('takes addresses of the command line before it checks', async () => {
    const text = minimal().replace('web: {http: "127.0.0.1:5556"}', 'Web: {HTTP: nonsense}');
    const { config } = await load(text, { overrides: { webHttp: ':1', telemetry: ':2', webHttps: '' } });
    expect(config.web.http).toEqual({ port: 1 });
    expect(config.telemetry).toEqual({ port: 2 });
    expect(config.web.https).toBeUndefined();
  });

  it('warns of an issuer that is http, unless it is this machine', async () => {
    const { warnings } = await load(minimal().replace('127.0.0.1:5556/dex', 'login.example.com'));
    expect(warnings[0]?.message).toContain('in the clear');
  });

  it('believes a header about addresses only from named proxies', async () => {
    const block = (networks: string) =>
      minimal().replace('web: {', `web: {clientRemoteIP: {header: X-Real-IP, trustedProxies: [${networks}]}, `);
    const alone = await load(block(''));
    expect(alone.config.web.trustedProxies).toBeUndefined();
    expect(alone.warnings[0]?.path).toBe('web.clientRemoteIP.header');
    const { config } = await load(block('10.0.0.0/8, "fd00::/8"'));
    expect(config.web.trustedProxies).toEqual({ header: 'X-Real-IP', networks: ['10.0.0.0/8', 'fd00::/8'] });
  });

  it('limits wrong passwords, unless it is told otherwise', async () => {
    expect((await load(minimal())).config.passwordAttempts).toEqual({ perAccount: 10, perAddress: 200, window: 900 });
    const own = await load(minimal('passwordAttempts: {perAccount: 0, window: 1h}'));
    expect(own.config.passwordAttempts).toEqual({ perAccount: 0, perAddress: 200, window: 3600 });
    const wrong = 'passwordAttempts: {perAccount: -1, perAddress: 1.5, window: 0s, perHour: 1}';
    expect(await problemsOf(minimal(wrong))).toEqual([
      'config.yaml:5: passwordAttempts.perHour: is not a known key. Remove it.',
      'config.yaml:5: passwordAttempts.perAccount: is negative. Write how many, or 0 for no limit.',
      'config.yaml:5: passwordAttempts.perAddress: must be a whole number. Remove the fraction.',
      'config.yaml:5: passwordAttempts.window: is too short. Write at least 1s.',
    ]);
  });

  it.each([
    ['', {}, undefined],
    ['', { DEX_CLIENT_CREDENTIAL_GRANT_ENABLED_BY_DEFAULT: 'true' }, 5],
    ['[authorization_code]', { DEX_CLIENT_CREDENTIAL_GRANT_ENABLED_BY_DEFAULT: 'true' }, 1],
    ['[authorization_code, client_credentials]', {}, 2],
  ])('lets clients act for themselves where the file or the flag of Dex says so: %s %j', async (types, env, count) => {
    const { config, warnings } = await load(minimal(types === '' ? '' : `oauth2: {grantTypes: ${types}}`), { env });
    expect(config.protocol.grantTypes?.length).toBe(count);
    expect(warnings).toEqual([]);
  });

  it('says when a flag of Dex does nothing here', async () => {
    const { warnings } = await load(minimal(), { env: { DEX_API_CONNECTORS_CRUD: 'true', DEX_ENT_ENABLED: 'false' } });
    expect(warnings.map(({ path }) => path)).toEqual(['DEX_API_CONNECTORS_CRUD']);
  });

  it('refuses proxies that connectors cannot use, all at once and without their passwords', async () => {
    const env = { HTTP_PROXY: 'http://jane:hunter2@:::', https_proxy: 'socks5://jane:hunter2@proxy:1080' };
    const lines = await problemsOf(minimal(), { env });
    expect(lines).toEqual([
      'config.yaml: HTTP_PROXY: is not a URL. Write it like http://proxy.example.com:3128.',
      expect.stringMatching(/^config\.yaml: HTTPS_PROXY: names a proxy of the kind socks5:\/\/ that cannot be used/),
    ]);
  });

  it('says when a flag of Dex is neither true nor false', async () => {
    const { warnings } = await load(minimal(), {
      env: { DEX_EXPAND_ENV: 'no', DEX_CONFIG_DISALLOW_UNKNOWN_FIELDS: 'T' },
    });
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).toEqual([
      expect.stringMatching(/^DEX_EXPAND_ENV is neither true nor false/),
    ]);
  });

  it.each([
    ['INFO+2', 'warn'],
    ['error+1', 'silent'],
    ['debug-4', 'debug'],
    ['Warn', 'warn'],
  ])('reads the level %s', async (level, wanted) => {
    const { config } = await load(minimal(`logger: {level: "${level}"}`));
    expect(config.logging.level).toBe(wanted);
  });
});
