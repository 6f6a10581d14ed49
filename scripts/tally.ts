/** What a part of the run came to. */
export interface TestCounts {
  passed: number;
  failed: number;
}
