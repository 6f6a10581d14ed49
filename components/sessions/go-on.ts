/** What the address says of where one was going. What stands behind its `#` was taken along by the browser. */
export function wanted() {
  const next = new URLSearchParams(window.location.search).get('next');
  return next && !next.includes('#') ? next + window.location.hash : next;
}

/** Loads the page one came for anew, so that nothing typed here stays in memory. */
export async function goOn(next = wanted()) {
  const schema = await import('#server/core/access/schema.ts').catch(() => null);
  window.location.replace(schema ? schema.safeNext(next) : '/');
}
