// A Vendure shop for the live tests: `node index.js populate` fills it, `node index.js serve` runs it.
const path = require('path');
const core = require('@vendure/core');
const { populate } = require('@vendure/core/cli');
const initialData = require('./initial-data.js');

const filling = process.argv[2] === 'populate';

const config = {
  apiOptions: {
    hostname: '127.0.0.1',
    port: Number(process.env.PORT),
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
  },
  authOptions: {
    tokenMethod: ['bearer', 'cookie', 'api-key'],
    superadminCredentials: {
      identifier: process.env.SHOP_USER,
      password: process.env.SHOP_PASSWORD,
    },
    cookieOptions: { secret: process.env.SHOP_PASSWORD },
    requireVerification: false,
  },
  dbConnectionOptions: {
    type: 'better-sqlite3',
    synchronize: filling,
    logging: false,
    database: process.env.SHOP_DATABASE,
  },
  importExportOptions: { importAssetsDir: path.join(__dirname, 'assets') },
  paymentOptions: { paymentMethodHandlers: [core.dummyPaymentHandler] },
  logger: new core.DefaultLogger({ level: core.LogLevel.Warn }),
  plugins: [],
};

// A new Vendure sells in US dollars; this shop sells in euros, tax included.
async function bootstrapInEuros() {
  const app = await core.bootstrap(config);
  const ctx = await app.get(core.RequestContextService).create({ apiType: 'admin' });
  const euros = { defaultCurrencyCode: 'EUR', availableCurrencyCodes: ['EUR'], pricesIncludeTax: true };
  await app.get(core.ChannelService).update(ctx, { id: ctx.channelId, ...euros });
  return app;
}

async function main() {
  if (!filling) {
    await core.bootstrap(config);
    return;
  }
  const app = await populate(bootstrapInEuros, initialData, path.join(__dirname, 'products.csv'));
  await app.close();
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
