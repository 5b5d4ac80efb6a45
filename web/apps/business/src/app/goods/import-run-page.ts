import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { DateTimePipe, Languages, Session } from '@kerben/core';
import { Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { ImportFiles, formOf } from './import-file';
import { upload } from './upload';

const PAUSE_MS = 1000;
/** Rows of these are taken all the same; the seller may look at them later. */
const NOTES: readonly string[] = ['CATEGORY_MISSING', 'UNKNOWN_CATEGORY', 'OFF_SALE'];

type Fault = Schemas['ImportFault'];

/** How a file is doing: how far it has come, what it does to the goods, what is wrong in which row. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Failed, Icon, Loading, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/goods/import"
        ><k-icon [of]="back" [size]="18" /> {{ t('goods.import_title') }}</a
      >
      @if (run.hasValue()) {
        @let one = run.value();
        <div>
          <h1>{{ t(one.dry_run ? 'goods.run_title_dry' : 'goods.run_title') }}</h1>
          <p class="k-soft">
            {{ one.file_name ?? t('goods.unnamed_file') }} · {{ one.created_at | dateTime }}
          </p>
        </div>
        @if (going()) {
          <section class="k-card k-stack" role="status">
            <p class="k-strong">
              {{
                one.status === 'queued'
                  ? t('goods.run_waiting')
                  : one.total === null
                    ? t('goods.run_reading')
                    : t('goods.run_progress', { n: number(one.processed), total: number(one.total) })
              }}
            </p>
            @if (one.total) {
              <progress [value]="one.processed" [max]="one.total"></progress>
            } @else {
              <progress></progress>
            }
            @if (mayChange()) {
              <button type="button" class="k-btn stop" [disabled]="busy()" (click)="stop()">
                {{ t('goods.run_stop') }}
              </button>
            }
          </section>
        }
        @if (one.failure) {
          <p class="k-notice k-notice--bad" role="alert">{{ one.failure }}</p>
          @if (mayChange()) {
            <div>
              <a class="k-btn" routerLink="/goods/import">{{ t('goods.choose_file') }}</a>
            </div>
          }
        }
        @if (one.status === 'cancelled') {
          <p class="k-notice">{{ t(one.dry_run ? 'goods.run_stopped_dry' : 'goods.run_stopped') }}</p>
        }
        @if (going() || one.processed) {
          <dl class="numbers">
            @for (kind of kinds; track kind) {
              <div [class.bad]="kind === 'failed' && one.failed > 0">
                <dt>{{ t('goods.' + (one.dry_run ? 'would_' : 'did_') + kind) }}</dt>
                <dd class="k-num">{{ number(one[kind]) }}</dd>
              </div>
            }
          </dl>
        }
        @if (one.status === 'done' && one.dry_run && mayChange()) {
          @if (choice()) {
            @if (one.created || one.updated) {
              <div class="k-row">
                <button
                  type="button"
                  class="k-btn k-btn--primary"
                  [disabled]="share() !== null"
                  (click)="load()"
                >
                  {{ t('goods.run_now') }}
                </button>
                @if (share() !== null) {
                  <span class="k-hint" role="status">{{ t('goods.sending_file', { n: percent() }) }}</span>
                }
              </div>
            }
          } @else {
            <p class="k-notice">
              <span>{{ t('goods.run_again_hint') }}</span>
              <a routerLink="/goods/import">{{ t('goods.choose_file') }}</a>
            </p>
          }
        }
        @if (one.status === 'done' && !one.dry_run) {
          <div>
            <a class="k-btn k-btn--primary" routerLink="/goods">{{ t('goods.to_goods') }}</a>
          </div>
        }
        @if (one.errors.length) {
          <section class="k-stack k-stack--tight">
            <h2>{{ t('goods.faults') }}</h2>
            @if (one.error_count > one.errors.length) {
              <p class="k-soft k-small">
                {{ t('goods.faults_more', { shown: one.errors.length, n: one.error_count }) }}
              </p>
            }
            <div class="k-table-wrap" tabindex="0" role="region" [attr.aria-label]="t('goods.faults')">
              <table class="k-table" [attr.aria-label]="t('goods.faults')">
                <thead>
                  <tr>
                    <th scope="col" class="k-num">{{ t('goods.col_row') }}</th>
                    <th scope="col">{{ t('goods.col_field') }}</th>
                    <th scope="col">{{ t('goods.col_what') }}</th>
                  </tr>
                </thead>
                <tbody>
                  @for (fault of shown(); track $index) {
                    <tr [class.k-soft]="isNote(fault)">
                      <td class="k-num">{{ fault.row }}</td>
                      <td>{{ field(fault.field) }}</td>
                      <td>{{ words(fault) }}</td>
                    </tr>
                  }
                </tbody>
              </table>
            </div>
            @if (one.errors.length > shown().length) {
              <button type="button" class="k-btn more" (click)="count.set(count() + 100)">
                {{ t('common.more') }}
              </button>
            }
          </section>
        } @else if (one.status === 'done') {
          <p class="k-notice k-notice--good">{{ t('goods.faults_none') }}</p>
        }
      } @else if (run.error()) {
        <h1 class="k-sr">{{ t('goods.run_title') }}</h1>
        <k-failed [error]="run.error()" (again)="run.reload()" />
      } @else {
        <h1 class="k-sr">{{ t('goods.run_title') }}</h1>
        <k-loading />
      }
    </main>
  `,
  styles: `
    .back {
      display: inline-flex;
      align-items: center;
      gap: var(--s1);
      min-height: var(--touch);
      margin-block: calc(-1 * var(--s2));
      justify-self: start;
      text-decoration: none;
    }
    progress {
      width: 100%;
      height: 10px;
      accent-color: var(--juniper);
    }
    .stop,
    .more {
      justify-self: start;
    }
    .numbers {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
      gap: var(--s3);
    }
    .numbers div {
      padding: var(--s3) var(--s4);
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--card);
    }
    .numbers dt {
      color: var(--clay);
      font-size: var(--t-small);
    }
    .numbers dd {
      font-size: var(--t-title);
      font-weight: 650;
      line-height: 1.2;
    }
    .numbers .bad dd {
      color: var(--felt);
    }
  `,
})
export class ImportRunPage {
  /** From the address. */
  readonly id = input.required<string>();

  protected readonly kinds = ['created', 'updated', 'unchanged', 'failed'] as const;
  protected readonly back = ArrowLeft;
  protected readonly busy = signal(false);
  protected readonly count = signal(100);
  protected readonly share = signal<number | null>(null);
  protected readonly percent = computed(() => Math.round((this.share() ?? 0) * 100));
  protected readonly run = resource({
    params: () => this.id(),
    loader: ({ params, abortSignal }) => {
      const path = { import_id: params };
      return call(api.GET('/api/v1/imports/{import_id}', { params: { path }, signal: abortSignal }));
    },
  });
  private readonly status = computed(() => (this.run.hasValue() ? this.run.value().status : ''));
  protected readonly going = computed(() => this.status() === 'queued' || this.status() === 'running');
  protected readonly shown = computed(() =>
    this.run.hasValue() ? wrongFirst(this.run.value().errors).slice(0, this.count()) : [],
  );
  protected readonly mayChange = computed(() => this.current.may('goods'));
  protected readonly choice = computed(() => this.files.of(this.id()));
  private readonly current = inject(CurrentShop);
  private readonly files = inject(ImportFiles);
  private readonly session = inject(Session);
  private readonly languages = inject(Languages);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly abort = new AbortController();

  constructor() {
    effect((onCleanup) => {
      // Asks again a second after each answer for as long as the run goes on; the page keeps what it shows.
      if (!this.going() || this.run.isLoading()) return;
      const timer = setTimeout(() => this.run.reload(), PAUSE_MS);
      onCleanup(() => clearTimeout(timer));
    });
    inject(DestroyRef).onDestroy(() => this.abort.abort());
  }

  protected isNote(fault: Fault): boolean {
    return NOTES.includes(fault.code);
  }

  protected number(n: number): string {
    return n.toLocaleString('ru');
  }

  protected field(name: string): string {
    const key = `goods.field_${name || 'row'}`;
    const text = this.transloco.translate<string>(key);
    if (text !== key) return text;
    return name.startsWith('attr') || name === 'attributes'
      ? this.transloco.translate('goods.field_attributes')
      : this.transloco.translate('goods.whole_row');
  }

  /** The server speaks Russian; for other languages there are sentences by the kind of fault. */
  protected words(fault: { code: string; message: string }): string {
    if (this.languages.current() === 'ru') return fault.message;
    const key = `goods.fault.${fault.code}`;
    const text = this.transloco.translate<string>(key);
    return text === key ? this.transloco.translate('goods.fault.other') : text;
  }

  protected async stop(): Promise<void> {
    this.busy.set(true);
    try {
      const path = { import_id: this.id() };
      this.run.set(await call(api.POST('/api/v1/imports/{import_id}/cancel', { params: { path } })));
    } catch (error) {
      this.toasts.bad(error);
      this.run.reload();
    } finally {
      this.busy.set(false);
    }
  }

  protected async load(): Promise<void> {
    const choice = this.choice();
    if (!choice || this.share() !== null) return;
    this.share.set(0);
    try {
      const token = await this.session.token();
      const { id } = await upload<{ id: string }>(
        `/api/v1/shops/${this.current.shopId()}/imports`,
        formOf(choice, false),
        token,
        (share) => this.share.set(share),
        this.abort.signal,
      );
      await this.router.navigate(['/goods/import', id]);
    } catch (error) {
      if (!this.abort.signal.aborted) this.toasts.bad(error);
    } finally {
      this.share.set(null);
    }
  }
}

/** Faults that kept a row out come before those that did not. */
function wrongFirst(faults: readonly Fault[]): Fault[] {
  const rank = (fault: Fault): number => (NOTES.includes(fault.code) ? 1 : 0);
  return [...faults].sort((a, b) => rank(a) - rank(b));
}
