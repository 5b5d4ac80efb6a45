import { ChangeDetectionStrategy, Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { api, call } from '@kerben/api';
import { PhonePipe, Session } from '@kerben/core';
import { Failed, Loading, Toasts } from '@kerben/design';
import { AuthField, AuthTexts, Resend } from '@kerben/features/auth';

/** The account's phone: proven by a code from a message, or not yet. */
@Component({
  selector: 'k-phone-proof',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, Failed, Loading, PhonePipe, Resend, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (me.hasValue()) {
        @if (me.value().phone_verified) {
          <p class="k-row">
            <span class="k-num">{{ me.value().phone | phone }}</span>
            <span class="k-badge k-badge--good">{{ t('account.phone_proven') }}</span>
          </p>
        } @else {
          <p class="k-soft">{{ t('account.phone_why') }}</p>
          <form class="k-form" (submit)="submit($event)" novalidate>
            @if (!sent()) {
              <k-auth-field
                name="phone"
                [label]="t('account.phone')"
                autocomplete="tel"
                [maxlength]="40"
                [error]="wrong()"
                [(value)]="phone"
              />
            } @else {
              <p>{{ t('auth.code_text', { to: phone() | phone }) }}</p>
              <k-auth-field
                name="code"
                kind="code"
                [label]="t('auth.code')"
                autocomplete="one-time-code"
                [maxlength]="12"
                [first]="true"
                [error]="wrong()"
                [(value)]="code"
              />
            }
            <div class="k-row">
              <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
                {{ t(sent() ? 'account.phone_prove' : 'auth.send_code') }}
              </button>
              @if (sent()) {
                <button type="button" class="k-btn k-btn--plain" (click)="sent.set(false)">
                  {{ t('auth.other_login') }}
                </button>
                <k-resend [since]="resendAt()" [busy]="busy()" (again)="send()" />
              }
            </div>
          </form>
        }
      } @else if (me.error()) {
        <k-failed [error]="me.error()" (again)="me.reload()" />
      } @else {
        <k-loading [count]="1" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--s3);
    }
  `,
})
export class PhoneProof {
  protected readonly me = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/me', { signal: abortSignal })),
  });
  protected readonly phone = linkedSignal(() => (this.me.hasValue() ? (this.me.value().phone ?? '') : ''));
  protected readonly code = signal('');
  protected readonly sent = signal(false);
  protected readonly busy = signal(false);
  protected readonly resendAt = signal(0);
  private readonly error = signal<unknown>(null);
  private readonly missing = signal(false);
  private readonly session = inject(Session);
  private readonly texts = inject(AuthTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected wrong(): string | undefined {
    if (this.missing()) return this.texts.required();
    const error = this.error();
    if (error === null) return undefined;
    return this.texts.field(error, 'phone', 'code') ?? this.texts.of(error);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    this.error.set(null);
    this.missing.set(false);
    if (!(this.sent() ? this.code() : this.phone()).trim()) queueMicrotask(() => this.missing.set(true));
    else void (this.sent() ? this.prove() : this.send());
  }

  protected async send(): Promise<void> {
    await this.run(async () => {
      // This route is open to all, so the session does not sign it by itself; this purpose needs to know who asks.
      const headers = { Authorization: `Bearer ${await this.session.token()}` };
      const body = { purpose: 'phone_verify' as const, phone: this.phone().trim() };
      const asked = await call(api.POST('/api/v1/auth/codes', { body, headers }));
      this.resendAt.set(Date.now() + asked.resend_after_s * 1000);
      this.sent.set(true);
    });
  }

  private async prove(): Promise<void> {
    await this.run(async () => {
      const body = { code: this.code().replace(/\s/g, ''), phone: this.phone().trim() };
      const me = await call(api.POST('/api/v1/me/phone/verify', { body }));
      const { id, phone, email, name, roles, kind } = me;
      this.session.update({ id, phone, email, name, roles, kind });
      this.me.set(me);
      this.toasts.good(this.transloco.translate('account.phone_done'));
    });
  }

  private async run(work: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.error.set(null);
    try {
      await work();
    } catch (error) {
      this.error.set(error);
    } finally {
      this.busy.set(false);
    }
  }
}
