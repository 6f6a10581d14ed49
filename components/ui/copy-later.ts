/**
 * Copies a text that is still on its way. Safari lets go to the clipboard only what a press itself begins, so it is given the
 * promise. False where the browser refuses, or no text comes.
 */
export function copyLater(text: Promise<string>): Promise<boolean> {
  return write(text).then(
    () => true,
    () => false,
  );
}

async function write(text: Promise<string>): Promise<void> {
  if (typeof ClipboardItem === 'undefined') return navigator.clipboard.writeText(await text);
  const blob = text.then((words) => new Blob([words], { type: 'text/plain' }));
  // Whoever makes the text says why there is none.
  blob.catch(() => {});
  await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
}
