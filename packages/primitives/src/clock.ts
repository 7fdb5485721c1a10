/** Answers the present time. Handed to everything that asks for it, so that tests own the time. */
export type Clock = () => Date;

/** The machine's clock. Only a composition root uses it. */
export const systemClock: Clock = () => new Date();
