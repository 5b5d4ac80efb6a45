import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  computed,
  effect,
  inject,
  input,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@kerben/design';
import { Eye, EyeOff } from 'lucide';

/** A text field with its label and what is wrong with it; takes the focus when it becomes wrong. */
@Component({
  selector: 'k-auth-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="k-field">
      <label class="k-label" [attr.for]="name()">{{ label() }}</label>
      <div class="box">
        <input
          #field
          class="k-input"
          [class.code]="kind() === 'code'"
          [id]="name()"
          [name]="name()"
          [type]="kind() === 'password' && !shown() ? 'password' : 'text'"
          [value]="value()"
          [attr.autocomplete]="autocomplete()"
          [attr.inputmode]="kind() === 'code' ? 'numeric' : null"
          [attr.maxlength]="maxlength()"
          autocapitalize="none"
          spellcheck="false"
          [attr.aria-invalid]="error() ? true : null"
          [attr.aria-describedby]="described()"
          (input)="value.set(field.value)"
        />
        @if (kind() === 'password') {
          <button
            type="button"
            class="k-icon-btn"
            [attr.aria-pressed]="shown()"
            [attr.aria-label]="t('auth.show_password')"
            (click)="shown.set(!shown())"
            *transloco="let t"
          >
            <k-icon [of]="shown() ? eyeOff : eye" [size]="20" />
          </button>
        }
      </div>
      @if (error()) {
        <small class="k-error" [id]="name() + '-error'">{{ error() }}</small>
      } @else if (hint()) {
        <small class="k-hint" [id]="name() + '-hint'">{{ hint() }}</small>
      }
    </div>
  `,
  styles: `
    .k-field {
      gap: var(--s2);
    }
    .box {
      position: relative;
    }
    .box button {
      position: absolute;
      inset: 0 0 auto auto;
      color: var(--clay);
    }
    .box:has(button) input {
      padding-inline-end: 52px;
    }
    .code {
      font-size: var(--t-large);
      font-variant-numeric: tabular-nums;
      letter-spacing: 0.12em;
    }
  `,
})
export class AuthField {
  readonly name = input.required<string>();
  readonly label = input.required<string>();
  readonly kind = input<'text' | 'password' | 'code'>('text');
  readonly autocomplete = input('off');
  readonly maxlength = input(254);
  readonly hint = input('');
  readonly error = input<string | undefined>();
  /** Takes the focus when it appears. */
  readonly first = input(false);
  readonly value = model('');
  protected readonly shown = signal(false);
  protected readonly eye = Eye;
  protected readonly eyeOff = EyeOff;
  protected readonly described = computed(() => {
    if (this.error()) return `${this.name()}-error`;
    return this.hint() ? `${this.name()}-hint` : null;
  });
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  constructor() {
    effect(() => {
      if (this.error() || this.first()) this.field().nativeElement.focus();
    });
  }
}

/** «Отправить ещё раз» with the seconds to wait before it may be pressed. */
@Component({
  selector: 'k-resend',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (left() > 0) {
        <p class="k-soft k-small">{{ t('auth.resend_in', { n: left() }) }}</p>
      } @else {
        <button type="button" class="k-btn k-btn--plain" [disabled]="busy()" (click)="again.emit()">
          {{ t('auth.resend') }}
        </button>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      justify-content: center;
      min-height: var(--touch);
    }
  `,
})
export class Resend {
  /** Milliseconds since the epoch before which the server sends no other code. */
  readonly since = input.required<number>();
  readonly busy = input(false);
  readonly again = output<void>();
  private readonly now = signal(Date.now());
  protected readonly left = computed(() => Math.ceil((this.since() - this.now()) / 1000));

  constructor() {
    const timer = setInterval(() => this.now.set(Date.now()), 500);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
