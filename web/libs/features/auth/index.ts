/** Signing in, sessions and the second factor, shared by the applications. */
export { authRoutes, signInRoutes } from './routes';
export { roles } from './guards';
export { AuthField, Resend } from './fields';
export { AuthTexts } from './texts';
export { SecondFactorSetup } from './second-factor';
export { SessionsList } from './sessions-list';
