import { inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import type { Acting } from './acting';
import { Confirm } from './confirm';

export type Bearer = Schemas['Bearer'];

/**
 * The decision who bears a refund: says what it means in money, asks why, and calls `decided` when the server has it.
 * For the platform it is final; a seller may still be made good later.
 */
export function bearing(
  doing: Acting,
  decided: (refund_id: string) => void,
): (refund: { id: string; amount: { display: string } }, borne_by: Bearer) => Promise<void> {
  const confirm = inject(Confirm);
  const transloco = inject(TranslocoService);
  return async (refund, borne_by) => {
    const say = (part: string): string =>
      transloco.translate(`console.bearing.${part}`, { sum: refund.amount.display });
    const note = await confirm.ask({
      heading: say(`${borne_by}_ask`),
      text: say(`${borne_by}_text`),
      yes: say(borne_by),
      note: say('note'),
    });
    if (note === null) return;
    const params = { path: { refund_id: refund.id } };
    const work = async (): Promise<void> => {
      await call(api.POST('/api/v1/admin/refunds/{refund_id}/bearer', { params, body: { borne_by, note } }));
      decided(refund.id);
    };
    await doing.run(refund.id, work, `console.bearing.${borne_by}_done`);
  };
}
