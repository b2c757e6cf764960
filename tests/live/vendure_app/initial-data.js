// Where the shop sells, what it charges and how its goods are grouped.
const facet = value => ({
  code: 'facet-value-filter',
  args: { facetValueNames: [`category:${value}`], containsAny: false },
});

module.exports = {
  defaultLanguage: 'de',
  defaultZone: 'Europe',
  roles: [],
  taxRates: [
    { name: 'standard', percentage: 19 },
    { name: 'reduced', percentage: 7 },
  ],
  shippingMethods: [{ name: 'DHL Paket', price: 490 }],
  paymentMethods: [
    { name: 'Rechnung', handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] } },
  ],
  countries: [
    { name: 'Deutschland', code: 'DE', zone: 'Europe' },
    { name: 'Österreich', code: 'AT', zone: 'Europe' },
  ],
  collections: ['Wein', 'Feinkost'].map(name => ({ name, filters: [facet(name)] })),
};
