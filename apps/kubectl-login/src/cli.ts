/** Everything but the cached answer: the command table, and how the program ends. Commands are loaded when used. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { GetTokenOptions } from './commands/get-token.ts';
import type { LoginFlags } from './commands/login-target.ts';
import type { LogoutFlags } from './commands/logout.ts';
import type { StatusFlags } from './commands/status.ts';
import { writeAll } from './fast/write-all.ts';
import { printable } from './plain-text.ts';
import { explain } from './problem.ts';
import { createSystem } from './system.ts';
import { version } from './version.ts';

/** Runs the program and ends the process. @param argv the arguments behind the program's name. */
export async function run(argv: readonly string[]): Promise<never> {
  const outcome = { status: 0 };
  try {
    await buildProgram(outcome).parseAsync(argv, { from: 'user' });
  } catch (error) {
    outcome.status = error instanceof CommanderError ? error.exitCode : 1;
    if (!(error instanceof CommanderError)) report(error);
  }
  process.exit(outcome.status);
}

/** Two lines, or one where a second would disturb: a screen that another program draws (k9s), a log. */
function report(error: unknown): void {
  const [cause, remedy] = explain(error).map(printable);
  const oneLine = !process.stderr.isTTY || Boolean(process.env.KUBECTL_LOGIN_QUIET);
  writeAll(2, `error: ${cause}${oneLine ? ' ' : '\n       '}${remedy}\n`);
  if (process.env.KUBECTL_LOGIN_DEBUG && error instanceof Error) writeAll(2, `${chain(error).join('\ncaused by: ')}\n`);
}

function chain(error: unknown): string[] {
  return error instanceof Error ? [error.stack ?? error.message, ...chain(error.cause)] : [];
}

function buildProgram(outcome: { status: number }): Command {
  const program = new Command('kubectl login')
    .description('Log in to Kubernetes with any OpenID Connect provider.')
    .version(version, '--version', 'print the version')
    .exitOverride()
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ sortOptions: false })
    .hook('preSubcommand', refuseMisplaced)
    .configureOutput({ writeErr: (text) => void writeAll(2, text), writeOut: (text) => void writeAll(1, text) });
  addLogin(program);
  addOthers(program, outcome);
  return program;
}

/** An option ahead of a command is one of logging in. The command would not see it, and do its work on something else. */
function refuseMisplaced(program: Command, command: Command): void {
  const given = program.options.find((option) => program.getOptionValueSource(option.attributeName()) === 'cli');
  if (given !== undefined)
    program.error(`error: ${given.long} is for a login. Write options behind "${command.name()}".`);
}

function addLogin(program: Command): void {
  program
    .argument('[issuer]', 'address of the issuer; without it the session of the current context is renewed')
    .option('--context <name>', 'context to point to the session, made when it is not there')
    .option('--cluster <name>', 'cluster entry for that context')
    .option('--user <name>', 'name of the user entry (default: the name of the session)')
    .option('--kubeconfig <file>', 'the one file to use')
    .option('--server <url>', 'make the cluster entry, for this API server')
    .option('--cluster-ca <file>', 'certificate authority of that API server (PEM)')
    .option('--client-id <id>', 'public client at the issuer (default: "kubectl")')
    .option('--scope <scopes>', 'scopes to ask for (default: openid profile email groups offline_access)', collect)
    .option('--connector-id <id>', 'Ostiary and Dex: the upstream to log in with')
    .option('--prompt <prompt>', 'passed to the issuer: login, consent, select_account')
    .option('--login-hint <name>', 'who is about to log in, passed to the issuer; each name is a session of its own')
    .option('--session <id>', 'renew this session')
    .option('--certificate-authority <file>', 'additional certificate authority for the issuer (PEM)')
    .option('--listen-address <address>', 'where the browser comes back to', '127.0.0.1:0')
    .option('--callback-path <path>', 'fixed path for that, if the issuer insists on one', parseCallbackPath)
    .option('--browser-command <command>', 'program that opens an address (or KUBECTL_LOGIN_BROWSER)')
    .option('--skip-open-browser', 'only print the address')
    .option('--device', 'log in with a code, in the browser of any other machine')
    .option('--no-device', 'with a browser again, where the session was made with a code')
    .option('--timeout <seconds>', 'how long to wait for the person', parseSeconds, 180)
    .option('--dry-run', 'say what would be changed, and do nothing')
    .action(
      async (issuer: string | undefined, { skipOpenBrowser, ...flags }: LoginFlags & { skipOpenBrowser?: boolean }) => {
        const { loginCommand } = await import('./commands/login.ts');
        await loginCommand(issuer, { ...flags, openBrowser: skipOpenBrowser !== true }, createSystem());
      },
    );
}

function addOthers(program: Command, outcome: { status: number }): void {
  program
    .command('get-token')
    .description('answer kubectl (this is what the kubeconfig calls)')
    .requiredOption('--session <id>', 'session to take the token from')
    .action(async (options: GetTokenOptions) => {
      const { getTokenCommand } = await import('./commands/get-token.ts');
      await getTokenCommand(options, createSystem());
    });
  program
    .command('status')
    .description('show the sessions of this machine')
    .option('-o, --output <format>', 'json')
    .action(async (flags: StatusFlags) => {
      const { statusCommand } = await import('./commands/status.ts');
      outcome.status = statusCommand(flags, createSystem());
    });
  program
    .command('logout')
    .description('end a session, here and at the issuer')
    .option('--session <id>', 'this one (default: the session of the current context)')
    .option('--all', 'all sessions of this machine')
    .option('--context <name>', 'the session of this context')
    .option('--kubeconfig <file>', 'the one file to use')
    .action(async (flags: LogoutFlags) => {
      const { logoutCommand } = await import('./commands/logout.ts');
      await logoutCommand(flags, createSystem());
    });
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('Give a number of seconds between 1 and 3600.');
}

function parseCallbackPath(text: string): string {
  if (/^\/[A-Za-z0-9._~/-]*$/.test(text)) return text;
  throw new InvalidArgumentError('Give a path such as /callback.');
}
