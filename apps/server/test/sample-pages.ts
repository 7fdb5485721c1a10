/** One of each page, as an issuer would ask for it, and an address to see it at. */
import type { Endpoint, Page, PageProblem } from '@ostiary/issuer';
import { endpoint } from './fake-issuer.ts';

const choice = (type: string, name: string, id = type): { id: string; type: string; name: string; url: string } => ({
  id,
  type,
  name,
  url: `/dex/auth/${id}?client_id=console&state=abc`,
});

const password = {
  name: 'password',
  connectorName: 'Company directory',
  prompt: 'Email address',
  action: '/dex/auth/ldap/login?state=abc',
  username: '',
  invalid: false,
  backUrl: '/dex/auth?client_id=console',
} as const;

const approval = {
  name: 'approval',
  clientName: 'Cluster console',
  userName: 'jane@example.org',
  req: 'request-handle',
  action: '/dex/approval',
  items: ['offline_access', 'profile', 'email', 'groups'],
} as const;

const device = { name: 'device', action: '/dex/device/auth/verify_code', userCode: '', invalid: false } as const;

const logout = { name: 'logout', userName: 'jane@example.org', confirmed: 'sealed', action: '/dex/logout' } as const;

export const samplePages: Readonly<Record<string, Page>> = {
  choose: {
    name: 'choose-connector',
    clientName: 'Cluster console',
    connectors: [
      choice('ldap', 'Company directory'),
      choice('github', 'GitHub'),
      choice('oidc', 'Partner login'),
      choice('saml', 'University federation'),
      choice('mockCallback', 'Example'),
    ],
  },
  password,
  'password-remember': { ...password, rememberMe: true },
  'password-invalid': { ...password, username: 'jane@example.org', invalid: true },
  approval,
  'approval-device': { ...approval, userCode: 'BCDF-GHJK' },
  device,
  'device-invalid': { ...device, userCode: 'BCDF-GHJK', invalid: true },
  'device-approved': { name: 'device-approved', clientName: 'Cluster console' },
  logout,
  'logout-of-client': { ...logout, clientName: 'Cluster console' },
  'logged-out': { name: 'logged-out' },
  'home-session': {
    name: 'home',
    issuer: 'https://login.example.org/dex',
    session: {
      ...{ userName: 'jane@example.org', connectorName: 'Company directory', groups: ['developers', 'operators'] },
      ...{ clientNames: ['Cluster console', 'kubectl'], loggedInAt: 1_893_456_000, endsAt: 1_893_542_400 },
      ...{ isIdleEnd: false, logoutUrl: '/dex/logout' },
    },
  },
  'submit-form': {
    name: 'submit-form',
    action: '/dex/callback/saml',
    fields: { RelayState: 'abc', SAMLResponse: 'PHg+' },
  },
  code: { name: 'code', code: 'QmFzZTY0-Q29kZS1mb3ItYS10ZXJtaW5hbA' },
  error: {
    name: 'error',
    problem: 'login_expired',
    message: 'This login was finished before.',
    requestId: '0b7d3a52-5f0e-4c0e-9f67-0d3c5d1c7d11',
    retryUrl: '/dex/auth?client_id=console',
  },
};

/** Those have a script that sends the form once, and may have one. */
export const hasForm = (name: string): boolean => {
  const page = samplePages[name];
  return page !== undefined && 'action' in page;
};

export const problems: readonly PageProblem[] = [
  'bad_request',
  'unknown_client',
  'unregistered_redirect_uri',
  'unknown_connector',
  'connector_not_allowed',
  'no_connectors',
  'connector_unavailable',
  'login_expired',
  'login_denied',
  'not_allowed',
  'login_failed',
  'approval_rejected',
  'too_many_logins',
  'request_too_large',
  'method_not_allowed',
  'not_found',
  'temporarily_unavailable',
  'internal',
];

/** Endpoints `/sample/{name}` that answer with the page of that name. */
export const sampleEndpoints: readonly Endpoint[] = Object.entries(samplePages).map(([name, page]) =>
  endpoint(`/sample/${name}`, () => ({ kind: 'page', status: 200, page })),
);
