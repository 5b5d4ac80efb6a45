import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { SecondFactorSetup } from '@kerben/features/auth';
import { CurrentShop } from './current-shop';

/** Whoever works for a seller needs the second step; afterwards people go on where they were. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterLink, SecondFactorSetup, TranslocoDirective],
  template: `
    <main class="k-page k-page--narrow k-stack" id="content" *transloco="let t">
      <h1>{{ t('shell.second_factor') }}</h1>
      <p class="k-soft">{{ t('shell.second_factor_text') }}</p>
      <k-second-factor (turnedOn)="goOn()" />
      <a class="k-btn k-btn--plain" routerLink="/">{{ t('trade.invite.to_cabinet') }}</a>
    </main>
  `,
  styles: `
    .k-btn {
      justify-self: start;
    }
  `,
})
export class SecondFactorPage {
  readonly next = input<string>();
  private readonly router = inject(Router);
  private readonly current = inject(CurrentShop);

  protected goOn(): void {
    this.current.reload();
    const next = this.next() ?? '/';
    void this.router.navigateByUrl(next.startsWith('/') && !next.startsWith('//') ? next : '/');
  }
}
