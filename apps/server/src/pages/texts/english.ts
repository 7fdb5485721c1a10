import type { Texts } from './texts.ts';

const moment = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  ...{ timeZone: 'UTC', timeZoneName: 'short' },
});

export const english: Texts = {
  language: 'en',
  choose: {
    title: (client) => `Log in to ${client}`,
    lead: 'Choose how you want to log in.',
    connector: (name) => `Log in with ${name}`,
    none: 'There is no way to log in yet.',
  },
  password: {
    title: (connector) => `Log in with ${connector}`,
    lead: 'Enter your account and password.',
    password: 'Password',
    rememberMe: 'Keep me logged in',
    submit: 'Log in',
    back: 'Choose another way to log in',
    invalid: (prompt) => `${prompt} or password is wrong. Please try again.`,
  },
  approval: {
    title: (client) => `Allow ${client}?`,
    loggedInAs: (user) => `You are logged in as ${user}.`,
    lead: (client) => `${client} asks to:`,
    always: 'Know who you are',
    items: {
      offline_access: 'Keep access while you are away',
      profile: 'See your name and basic profile',
      email: 'See your email address',
      groups: 'See the groups you belong to',
    },
    compare: 'Allow only if your device shows this code',
    approve: 'Allow access',
    reject: 'Cancel',
  },
  submitForm: {
    title: 'One moment',
    lead: 'You are being taken to the next step. If nothing happens, press the button.',
    submit: 'Continue',
  },
  code: {
    title: 'Almost done',
    lead: 'Copy this code and paste it into the program that asked you to log in.',
    label: 'Login code',
    after: 'Then you can close this tab.',
  },
  device: {
    title: 'Log in on a device',
    lead: 'Enter the code that your device or terminal shows.',
    label: 'Code',
    submit: 'Continue',
    invalid: 'This code is wrong, was used, or has expired. Look at your device for the current one.',
    warning: 'Did somebody send you this link or a code? Then close this tab: they would be logged in as you.',
    approvedTitle: 'Your device is logged in',
    approved: (client) => `${client} goes on by itself. You can close this tab.`,
  },
  logout: {
    title: 'Log out?',
    asked: (client) => `${client} asks to log you out here as well.`,
    submit: 'Log out',
    stay: 'Do you want to stay logged in? Then close this tab.',
    doneTitle: 'You are logged out',
    done: 'This browser is not logged in here any more. You can close this tab.',
  },
  error: {
    problems: {
      bad_request: {
        title: 'This link does not work',
        sentence: 'The request is incomplete or wrong. Go back to the program you came from and begin again.',
      },
      unknown_client: {
        title: 'Unknown program',
        sentence: 'The program that sent you here is not registered. Tell the people who run it.',
      },
      unregistered_redirect_uri: {
        title: 'Unknown return address',
        sentence:
          'The program that sent you here wants you back at an address that is not registered. Tell the people who run it.',
      },
      unknown_connector: {
        title: 'No such way to log in',
        sentence: 'This way to log in does not exist, or no longer. Go back and choose another one.',
      },
      connector_not_allowed: {
        title: 'This way to log in is not allowed',
        sentence: 'The program you came from does not accept this way to log in. Go back and choose another one.',
      },
      no_connectors: {
        title: 'No way to log in',
        sentence: 'The program you came from accepts none of the ways to log in. Tell the people who run it.',
      },
      connector_unavailable: {
        title: 'The login service does not answer',
        sentence: 'The service that knows your account cannot be reached. Please try again in a moment.',
      },
      login_expired: {
        title: 'This login has expired',
        sentence: 'It took too long, was finished before, or began in another browser. Please begin again.',
      },
      login_denied: {
        title: 'Login cancelled',
        sentence: 'The login was refused or cancelled where your account is kept.',
      },
      not_allowed: {
        title: 'You may not log in here',
        sentence: 'Your account is fine, but it is not among those that may log in. Ask an administrator for access.',
      },
      login_failed: {
        title: 'Login failed',
        sentence:
          'Something went wrong during the login. Please try again. If it happens again, tell an administrator.',
      },
      approval_rejected: {
        title: 'Access not allowed',
        sentence: 'You chose not to allow access. You can close this tab.',
      },
      too_many_logins: {
        title: 'Too many attempts',
        sentence: 'There were too many attempts to log in. Please wait a few minutes and try again.',
      },
      request_too_large: {
        title: 'This request is too large',
        sentence: 'More was sent than a login needs. Tell the people who run the program you came from.',
      },
      method_not_allowed: {
        title: 'This does not work here',
        sentence: 'This address does not take this kind of request. Go back and begin again.',
      },
      not_found: { title: 'Nothing here', sentence: 'There is no page at this address.' },
      temporarily_unavailable: {
        title: 'Back in a moment',
        sentence: 'The service is busy or restarting. Please try again in a moment.',
      },
      internal: {
        title: 'Something went wrong',
        sentence: 'This is our fault. Please try again. If it happens again, tell an administrator.',
      },
    },
    requestId: 'Request id',
    retry: 'Try again',
  },
  home: {
    lead: 'This is the login service. Programs send you here when you log in; there is nothing to do on this page.',
    issuer: 'Issuer',
    discovery: 'Configuration for programs',
    with: 'With',
    since: 'Since',
    ends: 'Until',
    endsUnused: 'Until, if you do not use it',
    applications: 'Applications',
    groups: 'Groups',
    logOut: 'Log out',
    moment: (date) => moment.format(date),
  },
  support: 'Help',
};
