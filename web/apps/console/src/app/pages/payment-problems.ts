import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DateTimePipe } from '@kerben/core';
import { Empty, Failed, Loading } from '@kerben/design';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { MerchantName } from '../ui/merchant-name';
import { paged } from '../ui/paged';
import { Chips, More } from '../ui/parts';
import { ROWS } from '../ui/rows.css';
import { problemKind } from './problem-kind';

type PaymentProblem = Schemas['ProblemView'];

/** Payments about which the acquirer and we differ; closed with a note of what came of it. */
@Component({
  selector: 'c-payment-problems',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Chips, DateTimePipe, Empty, Failed, Loading, MerchantName, More, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <c-chips
        [label]="t('console.problems.which')"
        name="resolved"
        [value]="resolved()"
        [options]="which()"
      />
      @if (list.error(); as error) {
        <k-failed [error]="error" (again)="list.reload()" />
      } @else if (list.shown(); as problems) {
        @if (problems.length) {
          <ul class="rows" role="list">
            @for (problem of problems; track problem.id) {
              <li>
                <div>
                  <p class="main">{{ t('console.problems.' + kind(problem)) }}</p>
                  <p class="k-soft">{{ t('console.problems.' + kind(problem) + '_text') }}</p>
                </div>
                <p>
                  <c-merchant [id]="problem.merchant_id" />
                  <span class="k-soft under">{{ t('payment_status.' + problem.payment_status) }}</span>
                </p>
                <p class="k-soft k-num">{{ problem.found_at | dateTime }}</p>
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
          <c-more [list]="list" />
        } @else {
          <k-empty
            [heading]="t(resolved() ? 'console.problems.none_resolved' : 'console.problems.none')"
            [text]="t('console.problems.none_text')"
          />
        }
      } @else {
        <k-loading [count]="5" />
      }
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
    `,
  ],
})
export class PaymentProblems {
  readonly resolved = input<string>();
  protected readonly doing = acting();
  private readonly confirm = inject(Confirm);
  private readonly transloco = inject(TranslocoService);
  private readonly language = toSignal(this.transloco.langChanges$);
  protected readonly which = computed(() => {
    this.language();
    return ['', 'true'].map((value) => ({
      value,
      label: this.transloco.translate<string>(value ? 'console.problems.resolved' : 'console.problems.open'),
    }));
  });
  protected readonly list = paged(
    () => ({ resolved: this.resolved() === 'true' }),
    ({ resolved }, cursor, signal) =>
      call(
        api.GET('/api/v1/admin/payment-problems', {
          params: { query: { resolved, cursor: cursor ?? null, limit: 50 } },
          signal: signal ?? null,
        }),
      ),
  );

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
