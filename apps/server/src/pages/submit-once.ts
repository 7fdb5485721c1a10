/**
 * A form is sent once, however often its button is pressed: the browser drops the answer to the first press, and the
 * second finds that the login is over. Not for ever, for who stops the page may want to press again.
 */
export const onceScript: string = `let last = -Infinity;
addEventListener('submit', (event) => {
  if (event.timeStamp - last < 10000) event.preventDefault();
  else last = event.timeStamp;
});
addEventListener('pageshow', (event) => {
  if (event.persisted) last = -Infinity;
});
`;
