/** Every word a person reads, in one shape for all languages. A language is a file beside this one. */
import type { ConsentItem, PageProblem } from '@ostiary/issuer';

export interface ProblemText {
  readonly title: string;
  /** What happened and what to do now. */
  readonly sentence: string;
}

export interface Texts {
  /** BCP 47 tag, for the `lang` attribute. */
  readonly language: string;
  readonly choose: {
    title(client: string): string;
    readonly lead: string;
    connector(name: string): string;
    readonly none: string;
  };
  readonly password: {
    title(connector: string): string;
    readonly lead: string;
    readonly password: string;
    readonly rememberMe: string;
    readonly submit: string;
    readonly back: string;
    invalid(prompt: string): string;
  };
  readonly approval: {
    title(client: string): string;
    loggedInAs(user: string): string;
    lead(client: string): string;
    /** Said for every client, whatever it asks for. */
    readonly always: string;
    readonly items: Readonly<Record<ConsentItem, string>>;
    /** Above the code of a device. */
    readonly compare: string;
    readonly approve: string;
    readonly reject: string;
  };
  readonly submitForm: { readonly title: string; readonly lead: string; readonly submit: string };
  readonly code: { readonly title: string; readonly lead: string; readonly label: string; readonly after: string };
  readonly device: {
    readonly title: string;
    readonly lead: string;
    readonly label: string;
    readonly submit: string;
    readonly invalid: string;
    /** Against a code that somebody else sent. */
    readonly warning: string;
    readonly approvedTitle: string;
    approved(client: string): string;
  };
  readonly logout: {
    readonly title: string;
    asked(client: string): string;
    readonly submit: string;
    /** For who does not want to. */
    readonly stay: string;
    readonly doneTitle: string;
    readonly done: string;
  };
  readonly error: {
    readonly problems: Readonly<Record<PageProblem, ProblemText>>;
    readonly requestId: string;
    readonly retry: string;
  };
  readonly home: {
    readonly lead: string;
    readonly issuer: string;
    readonly discovery: string;
    /** The names of what is known of a session. */
    readonly with: string;
    readonly since: string;
    readonly ends: string;
    readonly endsUnused: string;
    readonly applications: string;
    readonly groups: string;
    readonly logOut: string;
    moment(date: Date): string;
  };
  readonly support: string;
}
