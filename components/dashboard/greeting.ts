/** "Good morning, Ada", by the clock of whoever reads it. */
export function greeting(name: string, now: Date): string {
  const hour = now.getHours();
  const time = hour < 5 ? 'evening' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  return `Good ${time}, ${name.trim().split(/\s+/u)[0] ?? name}`;
}
