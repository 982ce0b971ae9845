// What the app may see: which data, of which accounts.

import { h, icon } from '../dom.js';
import { bankHero, choice, chosenValues, primaryButton, problem, screen } from '../parts.js';

const TYPES = {
  'depository.checking': 'Checking',
  'depository.savings': 'Savings',
  'depository.cash': 'Cash',
  'depository.prepaid': 'Prepaid',
  'liability.credit_card': 'Credit card',
  'liability.loan.mortgage': 'Mortgage',
};

// "depository.money_market" reads "Money market"; of the names that say more, the table above.
function typeName(type) {
  const last = type.split('.').pop().replaceAll('_', ' ');
  return TYPES[type] ?? capital(last);
}

// Banks write "checking account"; a list looks better with capitals.
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const continueTitle = (app) => app.theme.text('components.button.continueTitle', 'Continue');

// The app's reason completes our sentence.
function productDetail({ title, detail, reason }) {
  if (!reason) return detail;
  return `${detail} ${title} data is used to ${reason.trim().replace(/\.$/, '')}.`;
}

function fixedProduct(product) {
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'choice choice-fixed', testid: `product-${product.name}` },
      h(
        'span',
        { class: 'choice-text' },
        h(
          'span',
          { class: 'choice-title' },
          product.title,
          h('span', { class: 'badge' }, 'Required'),
        ),
        h('span', { class: 'choice-detail' }, productDetail(product)),
      ),
      icon('check'),
    ),
  );
}

export function permissions(app) {
  const { institution, products, error } = app.state;
  const list = h(
    'ul',
    { class: 'choices', role: 'list' },
    products.map((product) =>
      product.required
        ? fixedProduct(product)
        : choice({
            type: 'checkbox',
            group: 'product',
            value: product.name,
            checked: product.selected,
            testid: `product-${product.name}`,
            title: product.title,
            detail: productDetail(product),
          }),
    ),
  );
  const required = products.filter((product) => product.required).map((product) => product.name);

  return screen({
    hero: bankHero(app, institution),
    title: `Share data with ${app.appName}`,
    subtitle:
      required.length === products.length
        ? `${app.appName} asks ${institution.name} for this.`
        : `${app.appName} asks ${institution.name} for this. Untick what you do not want to share.`,
    content: [
      problem(error?.displayed_message),
      h('fieldset', {}, h('legend', { class: 'unseen' }, 'Data to share'), list),
    ],
    actions: [primaryButton(continueTitle(app))],
    onSubmit() {
      app.events.emit('submit_permissions');
      app.act(() => app.api.permissions([...required, ...chosenValues(list)]));
    },
  });
}

export function accounts(app) {
  const { institution, accounts: offered, features, error } = app.state;
  const isSingle = features.permit_only_one_account;
  const missing = h('div', {}, problem(error?.displayed_message));
  const list = h(
    'ul',
    { class: 'choices', role: 'list' },
    offered.map((account) =>
      choice({
        type: isSingle ? 'radio' : 'checkbox',
        group: 'account',
        value: account.id,
        checked: account.selected,
        testid: `account-${account.id}`,
        title: capital(account.name),
        detail: [typeName(account.type), account.mask ? `•••• ${account.mask}` : null]
          .filter(Boolean)
          .join(' · '),
      }),
    ),
  );
  const note = features.permit_only_depository_accounts
    ? h('p', { class: 'note' }, `${app.appName} takes checking and savings accounts only.`)
    : null;

  return screen({
    hero: bankHero(app, institution),
    title: isSingle ? 'Choose an account' : 'Choose your accounts',
    subtitle: isSingle
      ? `${app.appName} can see one account.`
      : `${app.appName} sees the accounts that you tick.`,
    content: [
      missing,
      note,
      h('fieldset', {}, h('legend', { class: 'unseen' }, 'Accounts to share'), list),
    ],
    actions: [primaryButton(continueTitle(app))],
    onSubmit() {
      const chosen = chosenValues(list);
      if (chosen.length === 0) {
        missing.replaceChildren(problem('Choose at least one account.'));
        return list.querySelector('input').focus();
      }
      app.events.emit('submit_accounts');
      return app.act(() => app.api.accounts(chosen));
    },
  });
}
