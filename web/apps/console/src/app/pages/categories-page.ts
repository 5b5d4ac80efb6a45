import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  afterNextRender,
  computed,
  inject,
  resource,
  signal,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { ProblemTexts } from '@kerben/core';
import { Dialog, Empty, Failed, Icon, Loading, Toasts } from '@kerben/design';
import { ArrowDown, ArrowUp, Eye, EyeOff, Pencil, Plus } from 'lucide';
import type { AdminCategory } from '../data/admin';
import { ask, type PageOf } from '../data/ask';
import { acting } from '../ui/acting';
import { Confirm } from '../ui/confirm';
import { ConsolePage } from '../ui/parts';
import { asTree, below, reordered, slugOf, sortOfNew } from './category-tree';

interface Draft {
  id: string | null;
  name: string;
  parent_id: string;
  slug: string;
}

/** The directory of goods: added to, renamed, moved, put in order, hidden. */
@Component({
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConsolePage, Dialog, Empty, Failed, Icon, Loading, TranslocoDirective],
  template: `
    <c-page [heading]="t('shell.categories')" [text]="t('console.categories.text')" *transloco="let t">
      <div>
        <button type="button" class="k-btn k-btn--primary" (click)="edit(null)">
          <k-icon [of]="icons.plus" [size]="18" /> {{ t('console.categories.add') }}
        </button>
      </div>
      @if (all.hasValue()) {
        @if (tree().length) {
          <ul class="k-list" role="list">
            @for (row of tree(); track row.category.id) {
              <li [style.--depth]="row.depth" [class.hidden]="row.category.is_hidden">
                <p class="k-grow">
                  <span [class.k-strong]="row.depth === 0">{{ row.category.name }}</span>
                  @if (row.category.is_hidden) {
                    <span class="k-badge">{{ t('console.categories.hidden') }}</span>
                  }
                </p>
                <div class="acts">
                  <button
                    type="button"
                    class="k-icon-btn"
                    [disabled]="row.first || doing.busy()"
                    [attr.aria-label]="t('console.categories.up', { name: row.category.name })"
                    (click)="move(row.category, -1)"
                  >
                    <k-icon [of]="icons.up" [size]="18" />
                  </button>
                  <button
                    type="button"
                    class="k-icon-btn"
                    [disabled]="row.last || doing.busy()"
                    [attr.aria-label]="t('console.categories.down', { name: row.category.name })"
                    (click)="move(row.category, 1)"
                  >
                    <k-icon [of]="icons.down" [size]="18" />
                  </button>
                  <button
                    type="button"
                    class="k-icon-btn"
                    [disabled]="doing.busy()"
                    [attr.aria-label]="
                      t(row.category.is_hidden ? 'console.categories.show' : 'console.categories.hide', {
                        name: row.category.name,
                      })
                    "
                    (click)="hide(row.category)"
                  >
                    <k-icon [of]="row.category.is_hidden ? icons.eye : icons.off" [size]="18" />
                  </button>
                  <button
                    type="button"
                    class="k-icon-btn"
                    [attr.aria-label]="t('console.categories.edit', { name: row.category.name })"
                    (click)="edit(row.category)"
                  >
                    <k-icon [of]="icons.pencil" [size]="18" />
                  </button>
                </div>
              </li>
            }
          </ul>
        } @else {
          <k-empty [heading]="t('console.categories.none')" [text]="t('console.categories.none_text')" />
        }
      } @else if (all.error()) {
        <k-failed [error]="all.error()" (again)="all.reload()" />
      } @else {
        <k-loading [count]="10" />
      }
      <k-dialog
        [open]="!!draft()"
        (openChange)="$event || draft.set(null)"
        [heading]="t(draft()?.id ? 'console.categories.change' : 'console.categories.add')"
      >
        @if (draft(); as d) {
          <form class="k-form" (submit)="save($event)" novalidate>
            <label class="k-field">
              <span>{{ t('console.categories.name') }}</span>
              <input
                #name
                autofocus
                class="k-input"
                name="name"
                maxlength="100"
                autocomplete="off"
                [value]="d.name"
                (input)="type({ name: name.value })"
                [attr.aria-invalid]="wrong() ? true : null"
                aria-describedby="category-error"
              />
            </label>
            <label class="k-field">
              <span>{{ t('console.categories.parent') }}</span>
              <select #parent class="k-select" name="parent" (change)="type({ parent_id: parent.value })">
                <option value="" [selected]="!d.parent_id">{{ t('console.categories.root') }}</option>
                @for (row of parents(); track row.category.id) {
                  <option [value]="row.category.id" [selected]="row.category.id === d.parent_id">
                    {{ row.label }}
                  </option>
                }
              </select>
            </label>
            @if (!d.id) {
              <label class="k-field">
                <span>{{ t('console.categories.slug') }}</span>
                <input
                  #slug
                  class="k-input"
                  name="slug"
                  maxlength="60"
                  autocomplete="off"
                  [value]="d.slug || slugOf(d.name)"
                  (input)="type({ slug: slug.value })"
                />
                <small class="k-hint">{{ t('console.categories.slug_hint') }}</small>
              </label>
            }
            <p class="k-error" id="category-error" role="alert">{{ wrong() }}</p>
            <div class="k-row">
              <button type="submit" class="k-btn k-btn--primary" [disabled]="doing.busy()">
                {{ t('common.save') }}
              </button>
              <button type="button" class="k-btn" (click)="draft.set(null)">{{ t('common.cancel') }}</button>
            </div>
          </form>
        }
      </k-dialog>
    </c-page>
  `,
  styles: `
    li {
      display: flex;
      align-items: center;
      padding-inline-start: calc(var(--s4) + var(--depth) * var(--s3));
      padding-block: var(--s1);
    }
    .k-grow {
      min-width: 60px;
      hyphens: auto;
      overflow-wrap: anywhere;
    }
    @media (width < 600px) {
      .k-icon-btn {
        width: 40px;
      }
    }
    @media (width >= 600px) {
      li {
        padding-inline-start: calc(var(--s4) + var(--depth) * var(--s5));
      }
    }
    .hidden .k-grow > span:first-child {
      color: var(--clay);
    }
    .acts {
      display: flex;
      margin-inline-start: auto;
    }
    .k-icon-btn {
      color: var(--clay);
    }
    .k-icon-btn[disabled] {
      color: var(--line);
      cursor: default;
    }
    .k-list {
      grid-template-columns: minmax(0, 1fr);
      max-width: 820px;
    }
    .k-error:empty {
      display: none;
    }
  `,
})
export class CategoriesPage {
  protected readonly icons = {
    plus: Plus,
    up: ArrowUp,
    down: ArrowDown,
    eye: Eye,
    off: EyeOff,
    pencil: Pencil,
  };
  protected readonly slugOf = slugOf;
  protected readonly draft = signal<Draft | null>(null);
  protected readonly wrong = signal('');
  protected readonly doing = acting();
  private readonly injector = inject(Injector);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly texts = inject(ProblemTexts);
  private readonly transloco = inject(TranslocoService);
  protected readonly all = resource({
    loader: async ({ abortSignal }) =>
      (await ask<PageOf<AdminCategory>>('GET', '/admin/categories', { signal: abortSignal })).items,
  });
  protected readonly tree = computed(() => asTree(this.all.hasValue() ? this.all.value() : []));
  /** Where a category may be put: not below itself. */
  protected readonly parents = computed(() => {
    const id = this.draft()?.id;
    const own = id ? below(this.all.hasValue() ? this.all.value() : [], id) : new Set<string>();
    return this.tree()
      .filter((row) => !own.has(row.category.id))
      .map((row) => ({ category: row.category, label: '\u2003'.repeat(row.depth) + row.category.name }));
  });

  protected edit(category: AdminCategory | null): void {
    this.wrong.set('');
    this.draft.set({
      id: category?.id ?? null,
      name: category?.name ?? '',
      parent_id: category?.parent_id ?? '',
      slug: '',
    });
  }

  protected type(part: Partial<Draft>): void {
    this.draft.update((now) => now && { ...now, ...part });
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    const draft = this.draft();
    if (!draft) return;
    if (!draft.name.trim()) {
      this.wrong.set(this.transloco.translate('common.required'));
      return;
    }
    this.wrong.set('');
    const body = { name: draft.name.trim(), parent_id: draft.parent_id || null };
    await this.doing.run('save', async () => {
      try {
        if (draft.id)
          await ask('PATCH', '/admin/categories/{category_id}', { path: { category_id: draft.id }, body });
        else {
          const slug = (draft.slug || slugOf(draft.name)).trim();
          await ask('POST', '/admin/categories', {
            body: {
              ...body,
              slug,
              sort: sortOfNew(this.all.hasValue() ? this.all.value() : [], body.parent_id),
            },
          });
        }
      } catch (error) {
        if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) throw error;
        this.wrong.set(this.texts.of(error));
        return;
      }
      this.draft.set(null);
      this.all.reload();
      this.toasts.good(this.transloco.translate('console.categories.saved', { name: body.name }));
    });
  }

  protected async hide(category: AdminCategory): Promise<void> {
    const say = (key: string): string =>
      this.transloco.translate(`console.categories.${key}`, { name: category.name });
    if (!category.is_hidden) {
      const question = { heading: say('hide_ask'), text: say('hide_text'), yes: say('hide_yes') };
      if ((await this.confirm.ask(question)) === null) return;
    }
    await this.doing.run(
      category.id,
      () => this.patch(category, { is_hidden: !category.is_hidden }),
      category.is_hidden ? 'console.categories.shown_now' : 'console.categories.hidden_now',
      { name: category.name },
    );
  }

  /** One place up or down among its siblings; the arrow keeps the focus where it goes. */
  protected async move(category: AdminCategory, by: 1 | -1): Promise<void> {
    const pressed = document.activeElement;
    const changes = reordered(this.all.hasValue() ? this.all.value() : [], category, by);
    await this.doing.run(category.id, async () => {
      for (const { id, sort } of changes)
        await ask('PATCH', '/admin/categories/{category_id}', { path: { category_id: id }, body: { sort } });
      const sorts = new Map(changes.map(({ id, sort }) => [id, sort]));
      this.all.update((now) => now?.map((c) => ({ ...c, sort: sorts.get(c.id) ?? c.sort })));
    });
    afterNextRender(() => follow(pressed), { injector: this.injector });
  }

  private async patch(category: AdminCategory, body: Partial<AdminCategory>): Promise<void> {
    await ask('PATCH', '/admin/categories/{category_id}', { path: { category_id: category.id }, body });
    this.all.reload();
  }
}

/** To the arrow that was pressed, or to its neighbour when it leads no further. */
function follow(pressed: Element | null): void {
  if (!(pressed instanceof HTMLButtonElement)) return;
  const arrows = pressed.parentElement?.querySelectorAll<HTMLButtonElement>('button:enabled');
  (pressed.disabled ? arrows?.[0] : pressed)?.focus();
}
