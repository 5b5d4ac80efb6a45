import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/en.json';
import scanner from '../../../../libs/features/scanner/i18n/en.json';
import shell from './en/shell.json';
import pos from './en/pos.json';

const catalogue: Catalogue = { ...common, shell, pos, scanner };
export default catalogue;
