import type { VNode } from 'preact';
import { Layout, type Look } from '../layout.tsx';
import { formAction, localPath, shown } from '../text.ts';
import type { ViewProps } from './view.ts';

/** User name and password. Field names and ids are Dex's. */
export function Password({ page, look }: ViewProps<'password'>): VNode {
  const { password } = look.texts;
  const prompt = shown(page.prompt);
  return (
    <Layout look={look} heading={password.title(shown(page.connectorName))} script={look.onceScript}>
      <p class="lead">{password.lead}</p>
      {page.invalid ? (
        <div class="alert" id="login-error" role="alert">
          {password.invalid(prompt)}
        </div>
      ) : null}
      <form class="stack" method="post" action={formAction(page.action)}>
        <UsernameField page={page} prompt={prompt} />
        <PasswordField page={page} label={password.password} />
        {page.rememberMe === undefined ? null : (
          <label class="check" for="remember_me">
            <input id="remember_me" name="remember_me" type="checkbox" value="on" checked={page.rememberMe} />
            {password.rememberMe}
          </label>
        )}
        <button class="button primary" type="submit" id="submit-login">
          {password.submit}
        </button>
      </form>
      <Back look={look} url={page.backUrl} />
    </Layout>
  );
}

type PasswordPage = ViewProps<'password'>['page'];

/** A wrong password is pointed out at both fields, because nobody says which of them it was. */
const invalidity = (page: PasswordPage): { 'aria-invalid'?: 'true'; 'aria-describedby'?: string } =>
  page.invalid ? { 'aria-invalid': 'true', 'aria-describedby': 'login-error' } : {};

const UsernameField = ({ page, prompt }: { readonly page: PasswordPage; readonly prompt: string }): VNode => (
  <div class="field">
    <label for="login">{prompt}</label>
    <input
      id="login"
      name="login"
      type="text"
      inputmode={/e-?mail/i.test(prompt) ? 'email' : 'text'}
      value={page.username}
      required
      autofocus={page.username === ''}
      autocomplete="username"
      autocapitalize="none"
      spellcheck={false}
      {...invalidity(page)}
    />
  </div>
);

const PasswordField = ({ page, label }: { readonly page: PasswordPage; readonly label: string }): VNode => (
  <div class="field">
    <label for="password">{label}</label>
    <input
      id="password"
      name="password"
      type="password"
      required
      autofocus={page.username !== ''}
      autocomplete="current-password"
      {...invalidity(page)}
    />
  </div>
);

function Back({ look, url }: { readonly look: Look; readonly url: string | undefined }): VNode | null {
  const href = url === undefined ? undefined : localPath(url);
  return href === undefined ? null : (
    <p class="aside">
      <a href={href}>{look.texts.password.back}</a>
    </p>
  );
}
