import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Ornament } from '@kerben/design';
import type { AuthFormState } from './form-state';

const PLACES: Record<string, string> = { '/business/': 'business', '/console/': 'console' };

/**
 * A page of signing in with its form: the fields, what is wrong with all of it above them, the button that sends it;
 * `[after]` follows the button, `[below]` stands under the card.
 */
@Component({
  selector: 'k-auth-frame',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Ornament, TranslocoDirective],
  template: `
    <main class="k-page" id="content">
      <header>
        <k-ornament />
        @if (place) {
          <p class="place" *transloco="let t">
            <a href="/">Kerben</a> <span class="k-soft">{{ t('auth.place_of_' + place) }}</span>
          </p>
        }
        <h1>{{ heading() }}</h1>
        @if (text()) {
          <p class="k-soft">{{ text() }}</p>
        }
      </header>
      <form class="k-card k-form" (submit)="submit($event)" novalidate>
        @if (form().failure(); as said) {
          <p class="k-notice k-notice--bad" role="alert">{{ said }}</p>
        }
        <ng-content />
        <button type="submit" class="k-btn k-btn--primary k-btn--wide" [disabled]="form().busy()">
          {{ action() }}
        </button>
        <ng-content select="[after]" />
      </form>
      <ng-content select="[below]" />
    </main>
  `,
  styles: `
    main {
      display: grid;
      gap: var(--s5);
      max-width: 472px;
      padding-top: var(--s6);
    }
    header {
      display: grid;
      justify-items: center;
      gap: var(--s2);
      text-align: center;
    }
    .place {
      display: flex;
      gap: var(--s1);
    }
    header a {
      color: var(--felt);
      font-weight: 750;
      text-decoration: none;
    }
    header p {
      max-width: 40ch;
      text-wrap: balance;
    }
    form {
      padding: var(--s5) var(--s4);
    }
    @media (width >= 720px) {
      form {
        padding: var(--s5);
      }
    }
  `,
})
export class AuthFrame {
  readonly heading = input.required<string>();
  readonly text = input('');
  readonly form = input.required<AuthFormState>();
  /** The words of the button. */
  readonly action = input.required<string>();
  readonly sent = output<void>();
  /** Where one is about to work; the storefront has its name on every page. */
  protected readonly place = PLACES[new URL(document.baseURI).pathname];

  protected submit(event: Event): void {
    event.preventDefault();
    this.sent.emit();
  }
}

/** Looks of what stands after the button and below the card. */
export const BELOW = `
  .below {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: var(--s2) var(--s4);
  }
  .k-btn--plain {
    padding-inline: var(--s2);
  }
  /* Quiet buttons have room of their own at the foot of the card. */
  [after] {
    margin-block: calc(-1 * var(--s1)) calc(-1 * var(--s2));
  }
`;
