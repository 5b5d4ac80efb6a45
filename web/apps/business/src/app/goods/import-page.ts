import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { DateTimePipe, ProblemTexts, Session, parseMajor } from '@kerben/core';
import { Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowLeft, Download, FileSpreadsheet, FileUp } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import type { ImportRun } from './goods-api';
import { ImportFiles, formOf } from './import-file';
import { Paged } from './paged';
import { saveFile, upload } from './upload';

const FORMATS = ['csv', 'xlsx', 'yml'] as const;

/** Goods out of a file: chosen or dragged here, checked first; what was loaded before; the goods as a file. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DateTimePipe, Empty, Failed, Icon, Loading, RouterLink, TranslocoDirective],
  template: `
    <main class="k-page k-stack" id="content" *transloco="let t">
      <a class="back" routerLink="/goods"><k-icon [of]="icons.back" [size]="18" /> {{ t('goods.title') }}</a>
      <h1>{{ t('goods.import_title') }}</h1>
      <div class="columns">
        <form class="k-card k-form" (submit)="check($event)">
          <p class="k-soft">{{ t('goods.import_text') }}</p>
          <div
            class="drop"
            [class.over]="over()"
            (dragover)="dragOver($event)"
            (dragleave)="over.set(false)"
            (drop)="dropped($event)"
          >
            <k-icon [of]="file() ? icons.sheet : icons.up" [size]="32" />
            @if (file(); as one) {
              <p class="k-strong name">{{ one.name }}</p>
            } @else {
              <p class="drag k-soft">{{ t('goods.drop_here') }}</p>
            }
            <label class="k-btn">
              {{ t(file() ? 'goods.another_file' : 'goods.choose_file') }}
              <input
                class="k-sr"
                type="file"
                accept=".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.xml,.yml"
                [disabled]="share() !== null"
                (change)="chosen($event)"
              />
            </label>
          </div>
          @if (said(); as problem) {
            <p class="k-error" role="alert">{{ problem }}</p>
          }
          <label class="k-field">
            <span>{{ t('goods.default_price') }}</span>
            <input
              class="k-input k-num"
              inputmode="decimal"
              autocomplete="off"
              [value]="price()"
              [attr.aria-invalid]="priceWrong()"
              aria-describedby="import-price"
              (input)="price.set($any($event.target).value)"
            />
            <small id="import-price" class="k-error">{{ priceWrong() ? t('goods.price_wrong') : '' }}</small>
          </label>
          <label class="k-check">
            <input type="checkbox" [checked]="revive()" (change)="revive.set(!revive())" />
            <span>{{ t('goods.revive') }}</span>
          </label>
          <div class="k-stack k-stack--tight">
            <button
              type="submit"
              class="k-btn k-btn--primary"
              [disabled]="!file() || share() !== null || priceWrong()"
            >
              {{ t('goods.check_file') }}
            </button>
            @if (share() !== null) {
              <div role="status">
                <progress [value]="share()" max="1"></progress>
                <span class="k-hint">{{ t('goods.sending_file', { n: percent() }) }}</span>
              </div>
            } @else {
              <small class="k-hint">{{ t('goods.check_hint') }}</small>
            }
          </div>
        </form>

        <section class="k-card k-stack">
          <h2>{{ t('goods.export') }}</h2>
          <p class="k-soft">{{ t('goods.export_text') }}</p>
          <div class="k-row">
            @for (format of formats; track format) {
              <button type="button" class="k-btn" [disabled]="exporting()" (click)="save(format)">
                <k-icon [of]="icons.down" [size]="18" />
                {{ format === 'xlsx' ? 'Excel' : format.toUpperCase() }}
              </button>
            }
          </div>
          @if (exporting()) {
            <p class="k-hint" role="status">{{ t('goods.exporting') }}</p>
          }
        </section>
      </div>

      <h2>{{ t('goods.imports') }}</h2>
      @if (runs.items(); as items) {
        @if (items.length) {
          <ul class="k-list runs" role="list">
            @for (run of items; track run.id) {
              <li>
                <a [routerLink]="['/goods/import', run.id]">
                  <span class="what">
                    <span class="name k-strong">{{ run.file_name ?? t('goods.unnamed_file') }}</span>
                    <span class="k-soft k-small">
                      {{ run.created_at | dateTime }}
                      @if (run.dry_run) {
                        · {{ t('goods.dry_run') }}
                      }
                    </span>
                  </span>
                  <span class="k-small numbers">
                    @if (run.created) {
                      <span
                        >{{ t('goods.' + (run.dry_run ? 'would_' : 'did_') + 'created') }}
                        {{ run.created }}</span
                      >
                    }
                    @if (run.updated) {
                      <span
                        >{{ t('goods.' + (run.dry_run ? 'would_' : 'did_') + 'updated') }}
                        {{ run.updated }}</span
                      >
                    }
                    @if (run.failed) {
                      <span class="bad"
                        >{{ t('goods.' + (run.dry_run ? 'would_' : 'did_') + 'failed') }}
                        {{ run.failed }}</span
                      >
                    }
                  </span>
                  <span
                    class="k-badge"
                    [class.k-badge--good]="run.status === 'done'"
                    [class.k-badge--bad]="run.status === 'failed'"
                    [class.k-badge--info]="run.status === 'running'"
                    >{{ t('goods.run_status.' + run.status) }}</span
                  >
                </a>
              </li>
            }
          </ul>
          @if (runs.hasMore()) {
            <button type="button" class="k-btn more" [disabled]="runs.busy()" (click)="runs.more()">
              {{ t('common.more') }}
            </button>
          }
        } @else {
          <k-empty [heading]="t('goods.imports_none')" [text]="t('goods.imports_none_text')" />
        }
      } @else if (runs.error()) {
        <k-failed [error]="runs.error()" (again)="runs.again()" />
      } @else {
        <k-loading [count]="3" />
      }
    </main>
  `,
  styleUrl: './import-page.css',
})
export class ImportPage {
  protected readonly file = signal<File | null>(null);
  protected readonly price = signal('');
  protected readonly revive = signal(false);
  protected readonly over = signal(false);
  protected readonly said = signal('');
  protected readonly exporting = signal(false);
  /** How much of the file is on the server; null while nothing is being sent. */
  protected readonly share = signal<number | null>(null);
  protected readonly percent = computed(() => Math.round((this.share() ?? 0) * 100));
  protected readonly priceWrong = computed(() => !!this.price().trim() && !parseMajor(this.price()));
  protected readonly runs = new Paged<ImportRun>();
  protected readonly formats = FORMATS;
  protected readonly icons = { back: ArrowLeft, down: Download, sheet: FileSpreadsheet, up: FileUp };
  private readonly current = inject(CurrentShop);
  private readonly session = inject(Session);
  private readonly files = inject(ImportFiles);
  private readonly router = inject(Router);
  private readonly texts = inject(ProblemTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly abort = new AbortController();

  constructor() {
    effect(() => {
      const path = { shop_id: this.current.shopId() };
      untracked(() =>
        this.runs.start((cursor, signal) => {
          const query = { cursor, limit: 20 };
          return call(api.GET('/api/v1/shops/{shop_id}/imports', { params: { path, query }, signal }));
        }, false),
      );
    });
    inject(DestroyRef).onDestroy(() => {
      this.runs.stop();
      this.abort.abort();
    });
  }

  protected dragOver(event: DragEvent): void {
    event.preventDefault();
    this.over.set(true);
  }

  protected dropped(event: DragEvent): void {
    event.preventDefault();
    this.over.set(false);
    const file = event.dataTransfer?.files[0];
    if (file && this.share() === null) this.take(file);
  }

  protected chosen(event: Event): void {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file) this.take(file);
    field.value = '';
  }

  private take(file: File): void {
    this.said.set('');
    this.file.set(file);
  }

  protected async check(event: Event): Promise<void> {
    event.preventDefault();
    const file = this.file();
    if (!file || this.share() !== null || this.priceWrong()) return;
    const choice = { file, defaultPrice: this.price(), revive: this.revive() };
    this.said.set('');
    this.share.set(0);
    try {
      const path = `/api/v1/shops/${this.current.shopId()}/imports`;
      const progress = (share: number): void => this.share.set(share);
      const token = await this.session.token();
      const { id } = await upload<{ id: string }>(
        path,
        formOf(choice, true),
        token,
        progress,
        this.abort.signal,
      );
      this.files.keep(id, choice);
      await this.router.navigate(['/goods/import', id]);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.said.set(this.texts.of(error));
    } finally {
      this.share.set(null);
    }
  }

  protected async save(format: (typeof FORMATS)[number]): Promise<void> {
    this.exporting.set(true);
    try {
      const token = await this.session.token();
      const answer = await fetch(`/api/v1/shops/${this.current.shopId()}/export?format=${format}`, {
        headers: token ? { Authorization: `Bearer ${token}` } : {},
      }).catch(() => {
        throw new Problem(0, 'OFFLINE', '', []);
      });
      if (!answer.ok) {
        const error: unknown = await answer.json().catch(() => undefined);
        await call(Promise.resolve({ error, response: answer }));
      }
      const name = this.transloco.translate<string>('goods.export_file');
      saveFile(await answer.blob(), `${name}.${format === 'yml' ? 'xml' : format}`);
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.exporting.set(false);
    }
  }
}
