import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  output,
  resource,
  signal,
} from '@angular/core';
import { Router } from '@angular/router';
import { DomSanitizer } from '@angular/platform-browser';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import { Session } from '@kerben/core';
import { Failed, Icon, Loading, QrCode, Toasts } from '@kerben/design';
import { Copy, Printer, ShieldCheck, Smartphone } from 'lucide';
import { AuthField } from './fields';
import { authForm } from './form-state';
import { AuthTexts } from './texts';

/**
 * The second step of signing in: setting it up by a secret for an app with codes, confirming it, switching it off.
 * The secret is shown as a QR code, as text, and as a link that opens the app on the same phone.
 */
@Component({
  selector: 'k-second-factor',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, Failed, Icon, Loading, QrCode, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (setup(); as made) {
        <ol class="steps">
          <li>
            <h2>{{ t('auth.totp_step_app') }}</h2>
            <p class="k-soft">{{ t('auth.totp_step_app_text') }}</p>
            <k-qr-code class="qr" [text]="made.otpauth_uri" [label]="t('auth.totp_qr')" />
            <p class="secret" translate="no">{{ groups() }}</p>
            <div class="k-row">
              <button type="button" class="k-btn k-btn--small" (click)="copy(made.secret)">
                <k-icon [of]="icons.copy" [size]="18" /> {{ t('auth.copy_secret') }}
              </button>
              <a class="k-btn k-btn--small" [href]="link()">
                <k-icon [of]="icons.phone" [size]="18" /> {{ t('auth.open_app') }}
              </a>
            </div>
          </li>
          <li>
            <h2>{{ t('auth.totp_step_codes') }}</h2>
            <p class="k-soft">{{ t('auth.totp_step_codes_text') }}</p>
            <ul class="codes" role="list" translate="no">
              @for (code of made.recovery_codes; track code) {
                <li>{{ code }}</li>
              }
            </ul>
            <div class="k-row">
              <button
                type="button"
                class="k-btn k-btn--small"
                (click)="copy(made.recovery_codes.join(newLine))"
              >
                <k-icon [of]="icons.copy" [size]="18" /> {{ t('auth.copy_codes') }}
              </button>
              <button type="button" class="k-btn k-btn--small" (click)="print(made.recovery_codes)">
                <k-icon [of]="icons.printer" [size]="18" /> {{ t('auth.print_codes') }}
              </button>
            </div>
          </li>
          <li>
            <h2>{{ t('auth.totp_step_confirm') }}</h2>
            <form class="k-form" (submit)="confirm($event)" novalidate>
              <k-auth-field
                name="totp"
                kind="code"
                autocomplete="one-time-code"
                [label]="t('auth.otp')"
                [maxlength]="12"
                [error]="wrong()"
                [(value)]="code"
              />
              <div class="k-row">
                <button type="submit" class="k-btn k-btn--primary" [disabled]="form.busy()">
                  {{ t('auth.totp_turn_on') }}
                </button>
                <button type="button" class="k-btn k-btn--plain" (click)="forget()">
                  {{ t('common.cancel') }}
                </button>
              </div>
            </form>
          </li>
        </ol>
      } @else if (me.hasValue()) {
        @if (me.value().second_factor) {
          <p class="k-notice k-notice--good">
            <k-icon [of]="icons.shield" /> <span>{{ t('auth.totp_on') }}</span>
          </p>
          @if (me.value().second_factor_required) {
            <p class="k-soft">{{ t('auth.totp_demanded') }}</p>
          } @else if (!leaving()) {
            <button type="button" class="k-btn k-btn--danger" (click)="leaving.set(true)">
              {{ t('auth.totp_turn_off') }}
            </button>
          } @else {
            <form class="k-form k-card" (submit)="disable($event)" novalidate>
              <p>{{ t('auth.totp_off_text') }}</p>
              <k-auth-field
                name="totp"
                autocomplete="one-time-code"
                [label]="t('auth.otp_or_recovery')"
                [maxlength]="40"
                [first]="true"
                [error]="wrong()"
                [(value)]="code"
              />
              <div class="k-row">
                <button type="submit" class="k-btn k-btn--danger" [disabled]="form.busy()">
                  {{ t('auth.totp_turn_off') }}
                </button>
                <button type="button" class="k-btn k-btn--plain" (click)="forget()">
                  {{ t('common.cancel') }}
                </button>
              </div>
            </form>
          }
        } @else {
          <p class="k-notice" [class.k-notice--warn]="me.value().second_factor_required">
            <k-icon [of]="icons.shield" />
            <span>{{ t(me.value().second_factor_required ? 'auth.totp_needed' : 'auth.totp_off') }}</span>
          </p>
          <p class="k-soft">{{ t('auth.totp_what') }}</p>
          <button type="button" class="k-btn k-btn--primary" [disabled]="form.busy()" (click)="begin()">
            {{ t('auth.totp_set_up') }}
          </button>
        }
      } @else if (me.error()) {
        <k-failed [error]="me.error()" (again)="me.reload()" />
      } @else {
        <k-loading [count]="2" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      justify-items: start;
      gap: var(--s4);
    }
    .k-notice,
    k-loading,
    k-failed,
    .k-form {
      width: 100%;
    }
    .steps {
      display: grid;
      gap: var(--s6);
      width: 100%;
      padding: 0;
      list-style: none;
      counter-reset: step;
    }
    .steps > li {
      display: grid;
      gap: var(--s3);
      counter-increment: step;
    }
    h2::before {
      content: counter(step) '. ';
      color: var(--clay);
    }
    .qr {
      width: 200px;
      margin-block: var(--s3);
    }
    .secret {
      padding: var(--s3) var(--s4);
      border-radius: var(--radius);
      background: var(--sunken);
      font-size: var(--t-large);
      font-variant-numeric: tabular-nums;
      letter-spacing: 0.04em;
      user-select: all;
    }
    .codes {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(120px, 1fr));
      gap: var(--s2) var(--s4);
      padding: var(--s3) var(--s4);
      border-radius: var(--radius);
      background: var(--sunken);
      font-variant-numeric: tabular-nums;
    }
    .k-btn--small {
      min-height: var(--touch);
    }
  `,
})
export class SecondFactorSetup {
  /** The second step is in force now. */
  readonly turnedOn = output<void>();
  protected readonly me = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/me', { signal: abortSignal })),
  });
  protected readonly setup = signal<Schemas['TotpSetup'] | null>(null);
  protected readonly code = signal('');
  protected readonly form = authForm();
  protected readonly leaving = signal(false);
  protected readonly icons = { copy: Copy, phone: Smartphone, printer: Printer, shield: ShieldCheck };
  protected readonly newLine = '\n';
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly texts = inject(AuthTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);
  private readonly sanitizer = inject(DomSanitizer);

  protected readonly groups = computed(() => this.setup()?.secret.replace(/(.{4})(?=.)/g, '$1 ') ?? '');
  protected readonly link = computed(() => {
    const uri = this.setup()?.otpauth_uri ?? '';
    // Only the scheme of apps with codes; the framework knows none but those of the web.
    return uri.startsWith('otpauth://') ? this.sanitizer.bypassSecurityTrustUrl(uri) : '';
  });

  protected wrong(): string | undefined {
    return this.form.wrong('totp', 'code') ?? (this.form.failure() || undefined);
  }

  protected async begin(): Promise<void> {
    await this.form.run(
      async () => this.setup.set(await call(api.POST('/api/v1/auth/2fa/totp', {}))),
      // There is no field yet to say it beside.
      (error) => {
        this.toasts.bad(this.texts.of(error));
        return true;
      },
    );
  }

  protected async confirm(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.form.filled(['totp', this.code()])) return;
    await this.form.run(async () => {
      await call(api.POST('/api/v1/auth/2fa/totp/confirm', { body: { code: this.plain() } }));
      this.forget();
      this.me.reload();
      this.toasts.good(this.transloco.translate('auth.totp_is_on'));
      this.turnedOn.emit();
    });
  }

  protected async disable(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.form.filled(['totp', this.code()])) return;
    await this.form.run(async () => {
      await call(api.POST('/api/v1/auth/2fa/totp/disable', { body: { code: this.plain() } }));
      // The server closed every session, this one too.
      await this.session.signOut();
      this.toasts.good(this.transloco.translate('auth.totp_is_off'));
      await this.router.navigateByUrl('/signin');
    });
  }

  protected forget(): void {
    this.setup.set(null);
    this.leaving.set(false);
    this.code.set('');
    this.form.forget();
  }

  protected async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.toasts.good(this.transloco.translate('auth.copied'));
    } catch {
      this.toasts.bad(this.transloco.translate<string>('auth.not_copied'));
    }
  }

  /** The codes alone on a sheet of paper. */
  protected print(codes: readonly string[]): void {
    const frame = document.createElement('iframe');
    frame.hidden = true;
    document.body.append(frame);
    const page = frame.contentDocument!;
    const title = page.createElement('h1');
    title.textContent = this.transloco.translate('auth.print_title');
    page.title = title.textContent;
    const list = page.createElement('ul');
    for (const code of codes) list.append(Object.assign(page.createElement('li'), { textContent: code }));
    page.body.style.font = '16px/1.8 sans-serif';
    page.body.append(title, list);
    frame.contentWindow!.print();
    setTimeout(() => frame.remove(), 60_000);
  }

  private plain(): string {
    return this.code().replace(/\s/g, '');
  }
}
