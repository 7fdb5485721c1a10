/** Hands on what was opened, and closes it with all the rest. */
export type Use = <Part extends AsyncDisposable>(part: Part) => Part;

/**
 * Opens several parts, or none: when one cannot be opened, those before it are closed. What is opened last is closed first.
 * (`AsyncDisposableStack` would do it, which Node has from 24 on.)
 *
 * @param open opens the parts, each of which it passes through `use`.
 * @throws what `open` throws, and, on closing, the first of what the parts throw.
 */
export async function openTogether<Whole extends object>(
  open: (use: Use) => Promise<Whole>,
): Promise<Whole & AsyncDisposable> {
  const parts: AsyncDisposable[] = [];
  try {
    const whole = await open((part) => {
      parts.push(part);
      return part;
    });
    return { ...whole, [Symbol.asyncDispose]: () => closeAll(parts) };
  } catch (error) {
    // Why it cannot be opened is what counts.
    await closeAll(parts).catch(() => undefined);
    throw error;
  }
}

/** Each once, also when one before it fails. */
async function closeAll(parts: AsyncDisposable[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts.splice(0).reverse()) {
    try {
      await part[Symbol.asyncDispose]();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
