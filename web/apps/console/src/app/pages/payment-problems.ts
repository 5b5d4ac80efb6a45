import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DateTimePipe } from '@kerben/core';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { MerchantName } from '../ui/merchant-name';
import { Listed, choices } from '../ui/listed';
import { listOf } from '../ui/paged';
import { Chips } from '../ui/parts';
import { ROWS } from '../ui/rows.css';
import { problemKind } from './problem-kind';

type PaymentProblem = Schemas['ProblemView'];

/** Payments about which the acquirer and we differ; closed with a note of what came of it. */
@Component({
  selector: 'c-payment-problems',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, DateTimePipe, Listed, MerchantName, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <c-chips
        [label]="t('console.problems.which')"
        name="resolved"
        [value]="resolved()"
        [options]="which()"
      />
      <c-listed
        [list]="list"
        [none]="t(resolved() ? 'console.problems.none_resolved' : 'console.problems.none')"
        [noneText]="t('console.problems.none_text')"
        [count]="5"
      >
        <ul class="rows" role="list">
          @for (problem of list.shown(); track problem.id) {
            <li>
              <div class="wide">
                <p class="main">{{ t('console.problems.' + kind(problem)) }}</p>
                <p class="k-soft">{{ t('console.problems.' + kind(problem) + '_text') }}</p>
              </div>
              <p>
                <c-merchant [id]="problem.merchant_id" />
                <span class="k-soft under">{{ t('payment_status.' + problem.payment_status) }}</span>
              </p>
              <p class="k-soft k-num when">{{ problem.found_at | dateTime }}</p>
              <p class="sum">{{ problem.amount.display }}</p>
              <div class="acts">
                @if (problem.subject === 'order') {
                  <a class="k-btn k-btn--plain" [routerLink]="['/orders', problem.subject_id]">{{
                    t('console.problems.order')
                  }}</a>
                }
                @if (problem.resolved_at) {
                  <span class="k-soft">{{ problem.note }}</span>
                } @else {
                  <button type="button" class="k-btn" [disabled]="doing.busy()" (click)="resolve(problem)">
                    {{ t('console.problems.resolve') }}
                  </button>
                }
              </div>
            </li>
          }
        </ul>
      </c-listed>
    </ng-container>
  `,
  styles: [
    ROWS,
    `
      :host {
        display: grid;
        gap: var(--s4);
        --cols: minmax(240px, 2fr) minmax(140px, 1fr) 130px 120px 190px;
      }
      @media (width < 1000px) {
        .rows > li > .sum {
          grid-area: 2 / 2;
        }
        .rows > li > .when {
          grid-column: 1 / -1;
          text-align: start;
        }
      }
    `,
  ],
})
export class PaymentProblems {
  readonly resolved = input<string>();
  protected readonly doing = acting();
  private readonly confirm = inject(Confirm);
  private readonly transloco = inject(TranslocoService);
  protected readonly which = choices(
    ['', 'true'],
    (value) => `console.problems.${value ? 'resolved' : 'open'}`,
  );
  protected readonly list = listOf<PaymentProblem>('/admin/payment-problems', () => ({
    resolved: this.resolved() === 'true',
  }));

  protected kind(problem: PaymentProblem): string {
    return problemKind(problem.problem);
  }

  protected async resolve(problem: PaymentProblem): Promise<void> {
    const say = (key: string): string => this.transloco.translate(`console.problems.${key}`);
    const note = await this.confirm.ask({
      heading: say('resolve_ask'),
      text: say('resolve_text'),
      yes: say('resolve'),
      note: say('resolve_note'),
    });
    if (note === null) return;
    const params = { path: { problem_id: problem.id } };
    const work = async (): Promise<void> => {
      await call(api.POST('/api/v1/admin/payment-problems/{problem_id}/resolve', { params, body: { note } }));
      this.list.remove((row) => row.id === problem.id);
    };
    await this.doing.run(problem.id, work, 'console.problems.resolve_done');
  }
}
