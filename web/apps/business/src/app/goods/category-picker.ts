import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  input,
  model,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Dialog, Empty, Failed, Icon, Loading } from '@kerben/design';
import { Check, ChevronDown, ChevronRight } from 'lucide';
import { above, nodes, visible } from './category-tree';
import { categories } from './goods-api';
import { SearchField } from './search-field';

/** A category out of the tree: `<b-category-picker [(value)]="categoryId" />`. */
@Component({
  selector: 'b-category-picker',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, Empty, Failed, Icon, Loading, SearchField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="k-field">
        <span class="k-label" id="category-label">{{ t('goods.category') }}</span>
        <button
          type="button"
          class="k-input chosen"
          aria-labelledby="category-label category-chosen"
          aria-describedby="category-error"
          [attr.aria-invalid]="!!error()"
          (click)="open.set(true)"
        >
          <span id="category-chosen" [class.k-soft]="!chosen()">
            @if (chosen(); as here) {
              @if (here.path) {
                <span class="k-soft">{{ here.path }} · </span>
              }
              {{ here.name }}
            } @else {
              {{ t('goods.choose_category') }}
            }
          </span>
          <k-icon [of]="icons.down" [size]="18" />
        </button>
        @if (error()) {
          <small id="category-error" class="k-error">{{ error() }}</small>
        }
      </div>
      <k-dialog [(open)]="open" [heading]="t('goods.category')">
        <div class="k-stack">
          <b-search [value]="words()" [label]="t('goods.search_category')" (changed)="words.set($event)" />
          @if (tree.hasValue()) {
            <div class="tree">
              @for (node of shown(); track node.id) {
                <div class="node" [style.padding-inline-start.px]="words() ? 0 : node.depth * 20">
                  @if (node.hasChildren && !words()) {
                    <button
                      type="button"
                      class="k-icon-btn"
                      [attr.aria-expanded]="opened().has(node.id)"
                      [attr.aria-label]="t('goods.unfold', { name: node.name })"
                      (click)="unfold(node.id)"
                    >
                      <k-icon [of]="opened().has(node.id) ? icons.down : icons.right" [size]="18" />
                    </button>
                  } @else {
                    <span class="gap"></span>
                  }
                  <button
                    type="button"
                    class="take"
                    [attr.aria-pressed]="node.id === value()"
                    (click)="take(node.id)"
                  >
                    <span>
                      {{ node.name }}
                      @if (words() && node.path) {
                        <span class="k-soft k-small">{{ node.path }}</span>
                      }
                    </span>
                    @if (node.id === value()) {
                      <k-icon [of]="icons.check" [size]="18" />
                    }
                  </button>
                </div>
              } @empty {
                <k-empty [heading]="t('goods.nothing_found')" />
              }
            </div>
          } @else if (tree.error()) {
            <k-failed [error]="tree.error()" (again)="tree.reload()" />
          } @else {
            <k-loading />
          }
        </div>
      </k-dialog>
    </ng-container>
  `,
  styles: `
    .chosen {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--s2);
      text-align: start;
      cursor: pointer;
    }
    .tree {
      display: grid;
      height: min(52dvh, 460px);
      align-content: start;
      overflow-y: auto;
    }
    .node {
      display: flex;
      align-items: center;
    }
    .gap {
      width: var(--touch);
      flex: none;
    }
    .take {
      display: flex;
      flex: 1;
      align-items: center;
      justify-content: space-between;
      gap: var(--s2);
      min-height: var(--touch);
      padding: 0 var(--s2);
      border: 0;
      border-radius: var(--radius-small);
      background: transparent;
      text-align: start;
      cursor: pointer;
    }
    .take > span {
      display: grid;
      line-height: 1.3;
    }
    .take:hover,
    .take[aria-pressed='true'] {
      background: var(--sunken);
    }
  `,
})
export class CategoryPicker {
  readonly value = model('');
  readonly error = input('');
  protected readonly open = signal(false);
  protected readonly words = signal('');
  protected readonly opened = signal<ReadonlySet<string>>(new Set());
  protected readonly icons = { down: ChevronDown, right: ChevronRight, check: Check };
  protected readonly tree = resource({ loader: ({ abortSignal }) => categories(abortSignal) });
  private readonly all = computed(() => (this.tree.hasValue() ? nodes(this.tree.value()) : []));
  protected readonly shown = computed(() => visible(this.all(), this.opened(), this.words()));
  protected readonly chosen = computed(() => this.all().find((node) => node.id === this.value()));

  constructor() {
    effect(() => {
      if (!this.open()) return;
      untracked(() => {
        this.words.set('');
        this.opened.set(above(this.all(), this.value()));
      });
    });
  }

  protected unfold(id: string): void {
    const opened = new Set(this.opened());
    if (!opened.delete(id)) opened.add(id);
    this.opened.set(opened);
  }

  protected take(id: string): void {
    this.value.set(id);
    this.open.set(false);
  }
}
