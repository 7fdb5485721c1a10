/** A connector to choose. */
export interface ConnectorChoice {
  readonly id: string;
  /** The Dex type (`oidc`, `ldap`), for an icon. */
  readonly type: string;
  readonly name: string;
  /** Path and query to go to. */
  readonly url: string;
}

/** What the client will get, by scope; the host has the sentences. */
export type ConsentItem = 'offline_access' | 'profile' | 'email' | 'groups';

/** Why a person sees an error page; the host has title and sentence for each, and may translate them. */
export type PageProblem =
  | 'bad_request'
  | 'unknown_client'
  | 'unregistered_redirect_uri'
  | 'unknown_connector'
  | 'connector_not_allowed'
  | 'no_connectors'
  | 'connector_unavailable'
  | 'login_expired'
  | 'login_denied'
  | 'not_allowed'
  | 'login_failed'
  | 'approval_rejected'
  | 'too_many_logins'
  | 'request_too_large'
  | 'method_not_allowed'
  | 'not_found'
  | 'temporarily_unavailable'
  | 'internal';

/** Who is logged in with a browser. Moments are seconds since the epoch. */
export interface SessionView {
  /** To be shown, as the names below. */
  readonly userName: string;
  readonly connectorName: string;
  readonly groups: readonly string[];
  /** Applications that were told who it is. */
  readonly clientNames: readonly string[];
  readonly loggedInAt: number;
  /** If nothing happens before. */
  readonly endsAt: number;
  /** Using an application puts the end off. */
  readonly isIdleEnd: boolean;
  /** Path and query of the page that asks whether to log out. */
  readonly logoutUrl: string;
}

/**
 * A page, as data: everything a person is shown and everything a form must send back. How it looks is the host's.
 * Form field names and element ids are Dex's (`login`, `password`, `approval`, `req`), because scripts depend on them.
 */
export type Page =
  | { readonly name: 'choose-connector'; readonly clientName: string; readonly connectors: readonly ConnectorChoice[] }
  | {
      readonly name: 'password';
      readonly connectorName: string;
      /** Label of the user name field. */
      readonly prompt: string;
      /** Where the form posts `login` and `password` to: path and query. */
      readonly action: string;
      /** What was typed before, to show again. */
      readonly username: string;
      /** The last try was wrong. */
      readonly invalid: boolean;
      /** Whether the box `remember_me` is ticked. Absent: there is no such box. */
      readonly rememberMe?: boolean;
      /** Path and query of the connector choice, when there is one. */
      readonly backUrl?: string;
    }
  | {
      readonly name: 'approval';
      readonly clientName: string;
      /** Who is logged in, to be shown. */
      readonly userName: string;
      /** Hidden field `req`. The form posts `approval=approve` or `approval=rejected` to `action`. */
      readonly req: string;
      readonly action: string;
      readonly items: readonly ConsentItem[];
      /** For a device: the code that it shows, to be compared. */
      readonly userCode?: string;
    }
  | {
      /** A form that the browser submits by itself, or with a button where scripts do not run (SAML). */
      readonly name: 'submit-form';
      readonly action: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  | {
      /** The answer to a login without a browser that could be redirected: a code to paste into a terminal. */
      readonly name: 'code';
      readonly code: string;
    }
  | {
      /** Asks for the code that a device shows. The form posts `user_code` to `action`. */
      readonly name: 'device';
      readonly action: string;
      /** What was typed, or was in the link, to show again. */
      readonly userCode: string;
      /** The last code was wrong. */
      readonly invalid: boolean;
    }
  | { readonly name: 'device-approved'; readonly clientName: string }
  | {
      /** Asks whether the person wants to log out. */
      readonly name: 'logout';
      /** Who is logged in, to be shown. */
      readonly userName: string;
      /** Who asks, if that is known. */
      readonly clientName?: string;
      /** Hidden field `confirmed`, which the form posts to `action`. */
      readonly confirmed: string;
      readonly action: string;
    }
  | { readonly name: 'logged-out' }
  | {
      /** The front door, for those who type the issuer's address into a browser. */
      readonly name: 'home';
      /** The issuer identifier, as configured. */
      readonly issuer: string;
      /** Absent: nobody is logged in with this browser, or there are no sessions. */
      readonly session?: SessionView;
    }
  | {
      readonly name: 'error';
      readonly problem: PageProblem;
      /** A sentence that is fit for a stranger and more precise than the problem, when there is one. */
      readonly message?: string;
      readonly requestId: string;
      /** Where to begin again, when that may help. */
      readonly retryUrl?: string;
    };
