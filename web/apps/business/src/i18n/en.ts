import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/en.json';
import auth from '../../../../libs/features/auth/i18n/en.json';
import scanner from '../../../../libs/features/scanner/i18n/en.json';
import shell from './en/shell.json';
import goods from './en/goods.json';
import trade from './en/trade.json';
import money from './en/money.json';

const catalogue: Catalogue = { ...common, auth, shell, goods, trade, money, scanner };
export default catalogue;
