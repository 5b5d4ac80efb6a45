import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/en.json';
import auth from '../../../../libs/features/auth/i18n/en.json';
import shell from './en/shell.json';
import browse from './en/browse.json';
import map from './en/map.json';
import buy from './en/buy.json';
import account from './en/account.json';

const catalogue: Catalogue = { ...common, auth, shell, browse, map, buy, account };
export default catalogue;
