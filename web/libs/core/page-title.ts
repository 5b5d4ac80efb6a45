import { Injectable, inject } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { ActivatedRouteSnapshot, RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';

/** Route titles are keys of the catalogue («cart.title»); pages with names of their own call `set`. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly transloco = inject(TranslocoService);
  private key: string | undefined;

  constructor() {
    super();
    this.transloco.langChanges$.subscribe(() => {
      if (this.key) this.show(this.transloco.translate(this.key));
    });
  }

  override updateTitle(state: RouterStateSnapshot): void {
    this.key = this.buildTitle(state);
    if (this.key) this.show(this.transloco.translate(this.key));
  }

  /** The page's own words: a product's name. */
  set(text: string): void {
    this.key = undefined;
    this.show(text);
  }

  override getResolvedTitleForRoute(snapshot: ActivatedRouteSnapshot): string | undefined {
    return super.getResolvedTitleForRoute(snapshot) as string | undefined;
  }

  private show(text: string): void {
    this.title.setTitle(`${text} · Kerben`);
  }
}
