'use client';
import { useState } from 'react';
import { problemOf } from '#components/api/problem.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import type { AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';

const secondsAtOnce = 2;
const turnsToWait = 20;

/** Has the log verified piece by piece, and tells how far it is. */
export function useVerify() {
  const [verdict, setVerdict] = useState<AuditVerdictView>();
  const [isVerifying, setVerifying] = useState(false);

  async function run() {
    let after: number | null = 0;
    while (after !== null) {
      const part = await verifyPart(after);
      setVerdict(part);
      after = part.finished ? null : part.next;
    }
  }
  function verify() {
    setVerifying(true);
    setVerdict(undefined);
    run()
      .catch((error: unknown) => toastProblem(error, { title: 'Verifying broke off' }))
      .finally(() => setVerifying(false));
  }
  return { verdict, isVerifying, verify };
}

/** Once begun it waits for its turn: somebody else may verify in between. */
async function verifyPart(after: number): Promise<AuditVerdictView> {
  for (let turn = 0; ; turn++) {
    try {
      return await trpcClient.audit.verify.query({ after, seconds: secondsAtOnce });
    } catch (error) {
      if (after === 0 || turn === turnsToWait || problemOf(error).code !== 'verify_running') throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
