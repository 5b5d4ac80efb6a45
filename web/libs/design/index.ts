/** Look and feel: tokens and classes are in `styles/`, here are the components that every application uses. */
export { Icon } from './icons';
export { Picture, type Shown } from './picture';
export { Empty, Failed, Loading } from './states';
export { Ornament } from './ornament';
export { Dialog } from './dialog';
export { Toasts, ToastList, type Toast } from './toasts';
export { ConnectionBar } from './connection-bar';
export { Stepper } from './stepper';
export { Themes, ThemeSelect, LanguageSelect, type Theme } from './preferences';
export { QrCode } from './qr-code';
