/** The spellings of a package's name, and of the placeholder that stands for it in the templates. */

/** Lower-case words with hyphens between them: `azure-devops`. */
export const namePattern: RegExp = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * Words that no constant of a module can have as its name (ECMA-262, "Keywords and Reserved Words", strict mode), so a
 * package cannot export its definition under them.
 */
const reservedWords: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof undefined var void while with yield`.split(/\s+/u),
);

/** Why a name does not do; `undefined` when it does. */
export function nameProblem(name: string): string | undefined {
  if (!namePattern.test(name)) {
    return `"${name}" is no name: write lower-case words with hyphens between them, like azure-devops.`;
  }
  const { camel } = spellings(name);
  // Every object has these (`constructor`, `valueOf`), so whoever looks a name up in one finds them.
  if (!reservedWords.has(camel) && !(camel in Object.prototype)) return undefined;
  return `"${name}" does not do: ${camel} has a meaning of its own in JavaScript. Choose another name, like ${name}-login.`;
}

interface Spellings {
  readonly kebab: string;
  readonly camel: string;
  readonly pascal: string;
  readonly title: string;
}

/** `azure-devops`, `azureDevops`, `AzureDevops`, `Azure Devops`. */
export function spellings(name: string): Spellings {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const pascal = words.join('');
  return { kebab: name, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1), pascal, title: words.join(' ') };
}

const placeholder = spellings('template-name');

/** Replaces every spelling of the placeholder in a text of a template. */
export function rename(text: string, name: string): string {
  const wanted = spellings(name);
  const kinds: readonly (keyof Spellings)[] = ['kebab', 'camel', 'pascal', 'title'];
  return kinds.reduce((done, kind) => done.replaceAll(placeholder[kind], wanted[kind]), text);
}
