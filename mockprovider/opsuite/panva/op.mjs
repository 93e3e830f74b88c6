// The certified provider oidc-provider, on a free loopback port, with
// everything switched on that the suite asks for. Prints one JSON line when it
// answers and then obeys lines on its input: "advance SECONDS" moves its
// clock. It ends when its input does. Arguments: the algorithm of ID tokens, and
// "browser" where a real one is to sign in, which takes no cookie with
// SameSite=None over http; requests by POST need such a cookie.
import http from 'node:http';
import readline from 'node:readline';
import { generateKeyPairSync } from 'node:crypto';

const algorithm = process.argv[2] ?? 'ES256';
const browser = process.argv[3] === 'browser';

let offset = 0;
const now = Date.now;
Date.now = () => now() + offset;

const { default: Provider } = await import('oidc-provider');

const { privateKey } = algorithm === 'RS256'
  ? generateKeyPairSync('rsa', { modulusLength: 2048 })
  : generateKeyPairSync('ec', { namedCurve: 'P-256' });

const server = http.createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const both = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: algorithm,
};
const web = { ...both, redirect_uris: ['https://client.example/callback'] };
const native = {
  ...both,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
  post_logout_redirect_uris: ['http://127.0.0.1/signed-out'],
};

const person = {
  name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace',
  email_verified: true, address: { locality: 'London' }, phone_number: '+44 20 7946 0000',
};

const provider = new Provider(issuer, {
  clients: [
    { ...web, client_id: 'basic', client_secret: 'secret with odd characters: &=%+/', token_endpoint_auth_method: 'client_secret_basic' },
    { ...web, client_id: 'post', client_secret: 'secret-of-the-post-client', token_endpoint_auth_method: 'client_secret_post' },
    { ...native, client_id: 'public' },
    { ...native, client_id: 'other' },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm }] },
  cookies: { keys: ['only for tests'], long: { sameSite: browser ? 'lax' : 'none' } },
  enableHttpPostMethods: !browser,
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'address', 'phone'],
  claims: {
    openid: ['sub'], profile: ['name', 'given_name', 'family_name'], email: ['email', 'email_verified'],
    address: ['address'], phone: ['phone_number'],
  },
  acrValues: ['1', '2'],
  features: {
    devInteractions: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    claimsParameter: { enabled: true },
  },
  enabledJWA: { idTokenSigningAlgValues: [algorithm] },
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, RefreshToken: 86400, Grant: 86400, Interaction: 3600, Session: 86400 },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, ...person }) }),
});
provider.on('server_error', (ctx, error) => console.error(error));
server.on('request', provider.callback());

console.log(JSON.stringify({ issuer }));

readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [word, seconds] = line.split(' ');
    if (word === 'advance') offset += Number(seconds) * 1000;
    console.log(JSON.stringify({ done: word }));
  })
  .on('close', () => process.exit(0));
