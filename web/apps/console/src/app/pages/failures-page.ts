import { ChangeDetectionStrategy, Component, inject, resource } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { AgoPipe, DateTimePipe } from '@kerben/core';
import { Failed, Loading, Toasts } from '@kerben/design';
import type { DeadLetter, Jobs } from '../data/admin';
import { ask } from '../data/ask';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { Listed } from '../ui/listed';
import { listOf } from '../ui/paged';
import { ConsolePage } from '../ui/parts';
import { ROWS } from '../ui/rows.css';

const SUBJECTS = [
  'orders',
  'payments',
  'payouts',
  'catalog',
  'inventory',
  'pos',
  'merchants',
  'identity',
  'cart',
  'media',
];
const QUEUES = ['goods_import.run', 'media.process', 'notifications.send', 'payouts.send'];

/** Events and jobs that the server could not handle: handled again, or given up with a note. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AgoPipe, ConsolePage, DateTimePipe, Failed, Listed, Loading, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.failures')" [text]="t('console.failures.text')" *transloco="let t">
      <h2>{{ t('console.failures.letters') }}</h2>
      <c-listed
        [list]="letters"
        [none]="t('console.failures.none')"
        [noneText]="t('console.failures.none_text')"
        [count]="2"
      >
        <ul class="rows" role="list">
          @for (letter of letters.shown(); track letter.id) {
            <li>
              <div>
                <p class="main">{{ t('console.failures.about_' + subject(letter.event_name)) }}</p>
                <p class="k-soft">
                  {{ t('console.failures.tries', { n: letter.attempts }) }}
                  @if (letter.parked_behind) {
                    · {{ t('console.failures.behind', { n: letter.parked_behind }) }}
                  }
                </p>
              </div>
              <p>
                {{ letter.first_failed_at | ago }}
                <span class="k-soft under">{{ letter.first_failed_at | dateTime }}</span>
              </p>
              <details>
                <summary>{{ t('console.failures.details') }}</summary>
                <dl class="k-dl">
                  <dt>{{ t('console.failures.event') }}</dt>
                  <dd>{{ letter.event_name }}</dd>
                  <dt>{{ t('console.failures.consumer') }}</dt>
                  <dd>{{ letter.consumer }}</dd>
                  <dt>{{ t('console.failures.error') }}</dt>
                  <dd>{{ letter.error }}</dd>
                </dl>
              </details>
              <div class="acts">
                <button type="button" class="k-btn" [disabled]="doing.busy()" (click)="replay(letter)">
                  {{ t('console.failures.replay') }}
                </button>
                <button
                  type="button"
                  class="k-btn k-btn--danger"
                  [disabled]="doing.busy()"
                  (click)="discard(letter)"
                >
                  {{ t('console.failures.discard') }}
                </button>
              </div>
            </li>
          }
        </ul>
      </c-listed>

      <h2>{{ t('console.failures.jobs') }}</h2>
      @if (jobs.hasValue()) {
        @if (jobs.value().queues.length) {
          <ul class="rows jobs" role="list">
            @for (row of jobs.value().queues; track row.queue + row.state) {
              <li>
                <p class="main">{{ t('console.failures.queue_' + queue(row.queue)) }}</p>
                <p>
                  <span
                    class="k-badge"
                    [class.k-badge--bad]="row.state === 'failed'"
                    [class.k-badge--info]="row.state === 'running'"
                  >
                    {{ t('console.failures.state_' + row.state, { n: row.count }) }}
                  </span>
                </p>
                <p class="k-soft">{{ t('console.failures.oldest', { ago: (row.oldest_at | ago) }) }}</p>
              </li>
            }
          </ul>
        } @else {
          <p class="k-soft">{{ t('console.failures.no_jobs') }}</p>
        }
        @if (jobs.value().failures.length) {
          <h3>{{ t('console.failures.failed_last') }}</h3>
          <ul class="rows jobs" role="list">
            @for (job of jobs.value().failures; track job.id) {
              <li>
                <p class="main">{{ t('console.failures.queue_' + queue(job.queue)) }}</p>
                <p>{{ job.failed_at | dateTime }}</p>
                <details>
                  <summary>{{ t('console.failures.details') }}</summary>
                  <p>{{ job.error ?? t('console.failures.no_error') }}</p>
                </details>
              </li>
            }
          </ul>
        }
      } @else if (jobs.error()) {
        <k-failed [error]="jobs.error()" (again)="jobs.reload()" />
      } @else {
        <k-loading [count]="2" />
      }
    </c-page>
  `,
  styles: [
    ROWS,
    `
      :host {
        --cols: minmax(232px, 1fr) 120px minmax(200px, 2fr) 256px;
      }
      .rows > li {
        align-items: start;
      }
      .jobs {
        --cols: minmax(220px, 1fr) minmax(160px, 1fr) minmax(220px, 1.4fr);
      }
      @media (width >= 1000px) {
        details {
          margin-top: calc(-1 * var(--s3));
        }
      }
      summary {
        min-height: var(--touch);
        padding-block: var(--s3);
        color: var(--issyk);
        cursor: pointer;
      }
      dd {
        overflow-wrap: anywhere;
      }
    `,
  ],
})
export class FailuresPage {
  protected readonly doing = acting();
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  protected readonly letters = listOf<DeadLetter>('/admin/dead-letters', () => ({}));
  protected readonly jobs = resource({
    loader: ({ abortSignal }) => ask<Jobs>('GET', '/admin/jobs', { signal: abortSignal }),
  });

  protected subject(event: string): string {
    const name = event.split('.')[0] ?? '';
    return SUBJECTS.includes(name) ? name : 'other';
  }

  protected queue(name: string): string {
    return QUEUES.includes(name) ? name.replace('.', '_') : 'other';
  }

  protected async replay(letter: DeadLetter): Promise<void> {
    await this.doing.run(letter.id, async () => {
      const path = { letter_id: letter.id };
      const done = await ask<{ handled: number; left: number }>(
        'POST',
        '/admin/dead-letters/{letter_id}/replay',
        {
          path,
        },
      );
      const say = (key: string): string => this.transloco.translate(`console.failures.${key}`, { ...done });
      if (done.left) this.toasts.bad(say('replay_left'));
      else this.toasts.good(say('replay_done'));
      this.letters.reload();
    });
  }

  protected async discard(letter: DeadLetter): Promise<void> {
    const say = (key: string): string => this.transloco.translate(`console.failures.${key}`);
    const note = await this.confirm.ask({
      heading: say('discard_ask'),
      text: say('discard_text'),
      yes: say('discard'),
      note: say('discard_note'),
    });
    if (note === null) return;
    const work = async (): Promise<void> => {
      await ask('POST', '/admin/dead-letters/{letter_id}/discard', {
        path: { letter_id: letter.id },
        body: { note },
      });
      this.letters.reload();
    };
    await this.doing.run(letter.id, work, 'console.failures.discard_done');
  }
}
