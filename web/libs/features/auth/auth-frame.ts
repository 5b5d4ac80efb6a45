import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Ornament } from '@kerben/design';

/** The page around a form of signing in. */
@Component({
  selector: 'k-auth-frame',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Ornament],
  template: `
    <main class="k-page" id="content">
      <header>
        <k-ornament />
        <h1>{{ heading() }}</h1>
        @if (text()) {
          <p class="k-soft">{{ text() }}</p>
        }
      </header>
      <div class="k-card"><ng-content /></div>
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
    header p {
      max-width: 40ch;
      text-wrap: balance;
    }
    .k-card {
      padding: var(--s5) var(--s4);
    }
    @media (width >= 720px) {
      .k-card {
        padding: var(--s5);
      }
    }
  `,
})
export class AuthFrame {
  readonly heading = input.required<string>();
  readonly text = input('');
}
