/** What a part of the run came to. */
export interface Tally {
  passed: number;
  failed: number;
}
