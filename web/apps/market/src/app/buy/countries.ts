/** The name of a country for people. Browsers call Kyrgyzstan by another name than its people do: it has words here. */
export function countryName(code: string, language: string, t: (key: string) => string): string {
  if (code === 'KG') return t('buy.country_kg');
  return new Intl.DisplayNames([language, 'ru'], { type: 'region' }).of(code) ?? code;
}
