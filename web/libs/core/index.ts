/** What every application shares: the session, live updates, languages, formats, the state of the connection. */
export { provideKerben } from './provide';
export { Session, type SignedInUser } from './session';
export { Live, type LiveMessage } from './live';
export { Connection } from './connection';
export { Languages, type Language, type Catalogue, LANGUAGES } from './languages';
export { ProblemTexts } from './problem-texts';
export { guestCart, guestOrders } from './guest';
export { inserted } from './inserted';
export { WebConfig, type WebConfigData } from './web-config';
export { formatMoney, parseMajor, roundQty } from './money';
export { ago, dateTime, day, time, TIME_ZONE } from './dates';
export { MoneyPipe, DateTimePipe, DayPipe, AgoPipe, QtyPipe, PhonePipe } from './pipes';
export { signedIn } from './guards';
export { PageTitle } from './page-title';
export { newKey } from './keys';
