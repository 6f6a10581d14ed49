/** What the address says of where one was going. */
export const wanted = () => new URLSearchParams(window.location.search).get('next');

/** Loads the page one came for anew, so that nothing typed here stays in memory. */
export async function goOn(next = wanted()) {
  const schema = await import('#server/access/schema.ts').catch(() => null);
  window.location.replace(schema ? schema.safeNext(next) : '/');
}
