import { ChangeDetectionStrategy, Component, computed, inject, resource, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call, type Schemas } from '@kerben/api';
import { Session } from '@kerben/core';
import { Failed, Loading, Ornament, Toasts } from '@kerben/design';
import { CurrentShop } from './current-shop';
import { SecondFactorSetup } from '@kerben/features/auth';
import { ShopForm } from './shop-form';

/** The first minutes of a seller: the name, the second step where it is missing, the first shop. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Failed,
    FormsModule,
    Loading,
    Ornament,
    RouterLink,
    SecondFactorSetup,
    ShopForm,
    TranslocoDirective,
  ],
  template: `
    <main class="k-page k-page--narrow k-stack k-stack--loose" id="content" *transloco="let t">
      <header>
        <k-ornament />
        <h1>{{ t(heading()) }}</h1>
        <p class="k-soft">{{ t(text()) }}</p>
        <p class="k-small k-soft">{{ t('shell.step', { n: step(), of: 3 }) }}</p>
      </header>
      @if (current.own.error()) {
        <k-failed [error]="current.own.error()" (again)="current.reload()" />
      } @else if (!current.own.hasValue()) {
        <k-loading />
      } @else if (merchant(); as mine) {
        @if (!secured()) {
          @if (me.error()) {
            <k-failed [error]="me.error()" (again)="me.reload()" />
          } @else if (me.hasValue()) {
            <k-second-factor (turnedOn)="me.reload()" />
          } @else {
            <k-loading />
          }
        } @else if (mayOpen()) {
          <b-shop-form class="k-card" [merchantId]="mine.id" (saved)="opened($event)" />
        } @else {
          <p class="k-notice">{{ t('shell.no_shops_yet') }}</p>
        }
      } @else {
        <form class="k-card k-form" (ngSubmit)="open()">
          <label class="k-field">
            <span>{{ t('shell.merchant_name') }}</span>
            <input
              class="k-input"
              name="name"
              maxlength="200"
              autocomplete="organization"
              [(ngModel)]="name"
              [attr.aria-invalid]="!!wrong()"
              aria-describedby="merchant-name"
            />
            <small id="merchant-name" [class]="wrong() ? 'k-error' : 'k-hint'">{{
              wrong() || t('shell.merchant_name_hint')
            }}</small>
          </label>
          <label class="k-field">
            <span>{{ t('shell.merchant_about') }}</span>
            <textarea class="k-textarea" name="about" maxlength="5000" [(ngModel)]="about"></textarea>
          </label>
          <button type="submit" class="k-btn k-btn--primary" [disabled]="busy()">
            {{ t('shell.open_merchant') }}
          </button>
        </form>
        <a class="k-btn" routerLink="/invite">{{ t('trade.invite.have_code') }}</a>
      }
      <button type="button" class="k-btn k-btn--plain leave" (click)="leave()">
        {{ t('shell.leave_as', { name: session.user()?.name }) }}
      </button>
    </main>
  `,
  styles: `
    header {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      text-align: center;
    }
    .leave {
      justify-self: center;
    }
  `,
})
export class BeginPage {
  protected readonly session = inject(Session);
  protected readonly current = inject(CurrentShop);
  protected readonly name = signal('');
  protected readonly about = signal('');
  protected readonly busy = signal(false);
  private readonly made = signal<Schemas['Merchant'] | null>(null);
  private readonly problem = signal<Problem | null>(null);
  private readonly missing = signal(false);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected readonly merchant = computed(() => this.made() ?? this.current.merchant());
  /** Whoever acts for a seller needs the second step; asked before the form of a shop, so that nothing typed is lost. */
  protected readonly me = resource({
    loader: ({ abortSignal }) => call(api.GET('/api/v1/me', { signal: abortSignal })),
  });
  protected readonly secured = computed(() => this.me.hasValue() && this.me.value().totp_enabled);
  protected readonly step = computed(() => (this.merchant() ? (this.secured() ? 3 : 2) : 1));
  protected readonly heading = computed(
    () => ['shell.begin_title', 'shell.second_factor', 'shell.begin_shop'][this.step() - 1]!,
  );
  protected readonly text = computed(
    () => ['shell.begin_text', 'shell.begin_factor_text', 'shell.begin_shop_text'][this.step() - 1]!,
  );
  protected readonly mayOpen = computed(() => this.made() !== null || this.current.may('shops'));
  protected readonly wrong = computed(() =>
    this.missing() && !this.name().trim()
      ? this.transloco.translate<string>('common.required')
      : (this.problem()?.field('name') ?? ''),
  );

  protected async open(): Promise<void> {
    this.missing.set(true);
    this.problem.set(null);
    if (this.busy() || !this.name().trim()) return;
    this.busy.set(true);
    try {
      const body = { name: this.name().trim(), description: this.about().trim() };
      this.made.set(await call(api.POST('/api/v1/merchants', { body })));
      this.current.reload();
    } catch (error) {
      if (error instanceof Problem) this.problem.set(error);
      this.toasts.bad(error);
    } finally {
      this.busy.set(false);
    }
  }

  protected async opened(shop: Schemas['ShopFacts']): Promise<void> {
    this.current.choose(shop.id);
    await this.current.refresh().catch(() => location.reload());
    this.toasts.good(this.transloco.translate('shell.shop_opened'));
    await this.router.navigateByUrl('/goods');
  }

  protected async leave(): Promise<void> {
    await this.session.signOut();
    await this.router.navigateByUrl('/signin');
  }
}
