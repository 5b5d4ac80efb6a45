import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ru.json';
import scanner from '../../../../libs/features/scanner/i18n/ru.json';
import shell from './ru/shell.json';
import pos from './ru/pos.json';

const catalogue: Catalogue = { ...common, shell, pos, scanner };
export default catalogue;
