import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  resource,
  signal,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { AgoPipe, DateTimePipe } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading, QrCode, Toasts } from '@kerben/design';
import { pairingText } from '@kerben/features/scanner';
import { Plus } from 'lucide';
import { CurrentShop } from '../shell/current-shop';
import { focusWrong } from '../shell/focus-wrong';
import { CopyText } from './copy-text';
import { liveRefresh } from './live-refresh';
import { allowed } from './rights';
import { type Device, listDevices } from './trade-api';

const AGAIN_MS = 30_000;

/** The tills: whether they are heard, a new one, an end to an old one. */
@Component({
  selector: 'b-devices',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AgoPipe,
    CopyText,
    DateTimePipe,
    Dialog,
    Empty,
    Failed,
    FormsModule,
    Icon,
    Loading,
    QrCode,
    TranslocoDirective,
  ],
  template: `
    <div class="k-stack" *transloco="let t">
      @if (found.hasValue()) {
        @if (working().length) {
          <ul class="cards" role="list" aria-live="polite">
            @for (one of working(); track one.device_id) {
              <li class="k-card k-stack k-stack--tight">
                <div class="k-row k-row--between">
                  <h2>{{ one.name }}</h2>
                  <span class="k-live" [class.k-live--off]="one.pos_status === 'pos_offline'">
                    {{ t(one.pos_status === 'pos_active' ? 'live.on' : 'live.off') }}
                  </span>
                </div>
                <p class="k-soft k-small">
                  @if (one.last_heartbeat_at) {
                    {{ t('trade.tills.heard') }}
                    <time
                      [attr.datetime]="one.last_heartbeat_at"
                      [title]="one.last_heartbeat_at | dateTime"
                      >{{ one.last_heartbeat_at | ago }}</time
                    >
                  } @else {
                    {{ t('trade.tills.never_heard') }}
                  }
                  @if (one.firmware_version) {
                    · {{ t('trade.tills.version', { v: one.firmware_version }) }}
                  }
                </p>
                @if (mayChange()) {
                  <div>
                    <button type="button" class="k-btn k-btn--small" (click)="askRevoke(one)">
                      {{ t('trade.tills.revoke') }}
                    </button>
                  </div>
                }
              </li>
            }
          </ul>
        } @else {
          <k-empty [heading]="t('trade.tills.none')" [text]="t('trade.tills.none_text')">
            @if (mayChange()) {
              <button type="button" class="k-btn k-btn--primary" (click)="askNew()">
                <k-icon [of]="plus" [size]="18" /> {{ t('trade.tills.register') }}
              </button>
            }
          </k-empty>
        }
        @if (mayChange() && working().length) {
          <button type="button" class="k-btn k-btn--primary new" (click)="askNew()">
            <k-icon [of]="plus" [size]="18" /> {{ t('trade.tills.register') }}
          </button>
        }
        @if (revoked().length) {
          <details>
            <summary>{{ t('trade.tills.revoked', { n: revoked().length }) }}</summary>
            <ul class="k-list" role="list">
              @for (one of revoked(); track one.device_id) {
                <li>
                  {{ one.name }}
                  <span class="k-soft k-small">{{
                    t('trade.tills.revoked_at', { at: one.revoked_at | dateTime })
                  }}</span>
                </li>
              }
            </ul>
          </details>
        }
      } @else if (found.error()) {
        <k-failed [error]="found.error()" (again)="found.reload()" />
      } @else {
        <k-loading [count]="3" />
      }

      <k-dialog [(open)]="naming" [heading]="t('trade.tills.register')">
        <form class="k-form" (ngSubmit)="register()">
          <label class="k-field">
            <span>{{ t('trade.tills.name') }}</span>
            <input
              class="k-input"
              name="name"
              maxlength="64"
              autocomplete="off"
              [(ngModel)]="name"
              [attr.aria-invalid]="!!wrong()"
              aria-describedby="till-name"
            />
            <small id="till-name" [class]="wrong() ? 'k-error' : 'k-hint'">{{
              wrong() || t('trade.tills.name_hint')
            }}</small>
          </label>
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ t('trade.tills.register_do') }}
          </button>
        </form>
      </k-dialog>

      <k-dialog [open]="!!secrets()" (openChange)="close($event)" [heading]="t('trade.tills.connect')">
        @if (secrets(); as made) {
          <div class="k-stack">
            <p class="k-notice k-notice--warn">{{ t('trade.tills.once') }}</p>
            <p>{{ t('trade.tills.how') }}</p>
            <k-qr-code class="qr" [text]="pairing(made)" [label]="t('trade.tills.pairing_qr')" />
            <b-copy-text [label]="t('trade.tills.pairing')" [text]="pairing(made)" [large]="true" />
            <details>
              <summary>{{ t('trade.tills.apart') }}</summary>
              <div class="k-stack">
                <b-copy-text [label]="t('trade.tills.device_id')" [text]="made.device_id" />
                <b-copy-text [label]="t('trade.tills.token')" [text]="made.token" />
                <b-copy-text [label]="t('trade.tills.secret')" [text]="made.secret" />
              </div>
            </details>
            <button type="button" class="k-btn k-btn--primary" (click)="close(false)">
              {{ t('trade.tills.saved_it') }}
            </button>
          </div>
        }
      </k-dialog>

      <k-dialog [(open)]="revoking" [heading]="t('trade.tills.revoke_ask', { name: about()?.name })">
        <div class="k-stack">
          <p>{{ t('trade.tills.revoke_text') }}</p>
          <div class="k-row">
            <button type="button" class="k-btn k-btn--primary" [disabled]="busy()" (click)="revoke()">
              {{ t('trade.tills.revoke') }}
            </button>
            <button type="button" class="k-btn" (click)="revoking.set(false)">
              {{ t('common.cancel') }}
            </button>
          </div>
        </div>
      </k-dialog>
    </div>
  `,
  styles: `
    .qr {
      width: 220px;
      justify-self: center;
    }
    .cards {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr));
      gap: var(--s3);
      margin: 0;
      padding: 0;
    }
    .k-btn--small {
      min-height: var(--touch);
    }
    .new {
      justify-self: start;
    }
    summary {
      min-height: var(--touch);
      align-content: center;
      color: var(--issyk);
      cursor: pointer;
    }
  `,
})
export class Devices {
  protected readonly plus = Plus;
  protected readonly naming = signal(false);
  protected readonly revoking = signal(false);
  protected readonly name = signal('');
  protected readonly busy = signal(false);
  protected readonly about = signal<Device | null>(null);
  protected readonly secrets = signal<Schemas['DeviceSecrets'] | null>(null);
  private readonly problem = signal<Problem | null>(null);
  private readonly tried = signal(false);
  private readonly current = inject(CurrentShop);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly found = resource({
    params: () => this.current.shopId(),
    loader: ({ params, abortSignal }) => listDevices(params, abortSignal),
  });
  private readonly all = computed(() => (this.found.hasValue() ? this.found.value() : []));
  protected readonly working = computed(() => this.all().filter((d) => !d.revoked_at));
  protected readonly revoked = computed(() => this.all().filter((d) => d.revoked_at));
  protected readonly mayChange = computed(() => allowed(this.current.role(), 'devices'));
  protected readonly wrong = computed(() =>
    this.tried() && !this.name().trim()
      ? this.transloco.translate<string>('common.required')
      : (this.problem()?.field('name') ?? ''),
  );

  constructor() {
    liveRefresh(
      () => [`shop:${this.current.shopId()}`],
      (messages) => {
        if (messages.some((m) => m.kind === 'pos_status_changed' || m.kind === 'reset')) this.found.reload();
      },
    );
    // A single till of several falls silent without the shop doing so.
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && this.found.hasValue()) this.found.reload();
    }, AGAIN_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  protected pairing(made: Schemas['DeviceSecrets']): string {
    return pairingText(made);
  }

  protected askNew(): void {
    this.name.set('');
    this.tried.set(false);
    this.problem.set(null);
    this.naming.set(true);
  }

  protected askRevoke(device: Device): void {
    this.about.set(device);
    this.revoking.set(true);
  }

  protected close(open: boolean): void {
    if (!open) this.secrets.set(null);
  }

  protected async register(): Promise<void> {
    this.tried.set(true);
    if (this.busy()) return;
    if (!this.name().trim()) return focusWrong();
    this.busy.set(true);
    try {
      const params = { path: { shop_id: this.current.shopId() } };
      const body = { name: this.name().trim() };
      const made = await call(api.POST('/api/v1/shops/{shop_id}/pos-devices', { params, body }));
      this.naming.set(false);
      this.secrets.set(made);
      this.found.reload();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
      focusWrong();
    } finally {
      this.busy.set(false);
    }
  }

  protected async revoke(): Promise<void> {
    const device = this.about();
    if (this.busy() || !device) return;
    this.busy.set(true);
    try {
      const params = { path: { shop_id: this.current.shopId(), device_id: device.device_id } };
      await call(api.DELETE('/api/v1/shops/{shop_id}/pos-devices/{device_id}', { params }));
      this.revoking.set(false);
      this.toasts.good(this.transloco.translate('trade.tills.revoked_now', { name: device.name }));
      this.found.reload();
    } catch (error) {
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }
}
