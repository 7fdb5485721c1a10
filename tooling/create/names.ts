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

/** What is no name of a thing in a source: comments, and texts in quotes. */
const notCode = /\/\*.*?\*\/|^\s*\/\/[^\n]*|'[^'\n]*'/gms;

/** The names that sources use, and a few words of their texts. */
export const namesIn = (sources: readonly string[]): ReadonlySet<string> =>
  new Set(sources.flatMap((source) => source.replace(notCode, '').match(/[A-Za-z_]\w*/g) ?? []));

/**
 * Why a name does not do; `undefined` when it does.
 *
 * @param used the names in the template, those with the placeholder included
 */
export function nameProblem(name: string, used: ReadonlySet<string>): string | undefined {
  if (!namePattern.test(name)) {
    return `"${name}" is no name: write lower-case words with hyphens between them, like azure-devops.`;
  }
  const { camel, pascal } = spellings(name);
  const made = [...used].filter((one) => rename(one, name) !== one).map((one) => rename(one, name));
  const all = [camel, pascal, ...made];
  const advice = `Choose another name, like my-${name}.`;
  const inJavaScript = all.find((one) => reservedWords.has(one) || one in globalThis);
  if (inJavaScript !== undefined) {
    return `"${name}" does not do: ${inJavaScript} has a meaning of its own in JavaScript. ${advice}`;
  }
  const twice = all.find((one) => used.has(one));
  if (twice === undefined) return undefined;
  return `"${name}" does not do: ${twice} would stand for two things in the package. ${advice}`;
}

interface Spellings {
  readonly kebab: string;
  readonly camel: string;
  readonly pascal: string;
  readonly title: string;
}

/** `azure-devops`, `azureDevops`, `AzureDevops`, `Azure Devops`. */
function spellings(name: string): Spellings {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const pascal = words.join('');
  return { kebab: name, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1), pascal, title: words.join(' ') };
}

const placeholder = spellings('template-name');
const placeholders = new RegExp(Object.values(placeholder).join('|'), 'g');

/** Replaces every spelling of the placeholder in a text of a template. */
export function rename(text: string, name: string): string {
  const wanted = spellings(name);
  const kinds: readonly (keyof Spellings)[] = ['kebab', 'camel', 'pascal', 'title'];
  // In one pass: the new name may hold the placeholder itself.
  return text.replace(placeholders, (found) => wanted[kinds.find((kind) => placeholder[kind] === found) ?? 'kebab']);
}
